#!/usr/bin/python3
"""Runs MediaPipe's two face graphs straight from their TensorFlow Lite files and writes what they give.

Independent of the importer: an own reader of the file, and torch's operators in double precision on the file's own
layout and padding rules. Run from the checkout's root after scripts/setup.sh:

    /usr/bin/python3 tests/golden/face-graphs/generate.py
"""
import hashlib
import pathlib
import struct

import numpy as np
import torch
import torch.nn.functional as F

HERE = pathlib.Path(__file__).parent
ASSETS = HERE.parents[2] / "node_modules/@mediapipe/face_mesh/face_mesh_solution_packed_assets.data"
GRAPHS = {"face-detector": (3757224, 3986256, -1.0, 1.0), "face-mesh": (2495952, 3737848, 0.0, 1.0)}
DTYPES = {0: np.float32, 1: np.float16, 2: np.int32}


class Table:
    def __init__(self, data, position):
        self.data, self.position = data, position
        self.layout = position - struct.unpack_from("<i", data, position)[0]
        self.slots = (struct.unpack_from("<H", data, self.layout)[0] - 4) // 2

    def place(self, field):
        offset = struct.unpack_from("<H", self.data, self.layout + 4 + 2 * field)[0] if field < self.slots else 0
        return self.position + offset if offset else None

    def number(self, field, form, absent=0):
        place = self.place(field)
        return absent if place is None else struct.unpack_from("<" + form, self.data, place)[0]

    def vector(self, field):
        place = self.place(field)
        if place is None:
            return 0, 0
        start = place + struct.unpack_from("<I", self.data, place)[0]
        return start + 4, struct.unpack_from("<I", self.data, start)[0]

    def table_at(self, place):
        return Table(self.data, place + struct.unpack_from("<I", self.data, place)[0])

    def tables(self, field):
        start, count = self.vector(field)
        return [self.table_at(start + 4 * i) for i in range(count)]

    def integers(self, field):
        start, count = self.vector(field)
        return list(struct.unpack_from(f"<{count}i", self.data, start)) if count else []

    def raw(self, field):
        start, count = self.vector(field)
        return self.data[start:start + count]


def same_padding(size, kernel, stride, dilation=1):
    total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def padded(x, scheme, kernel, stride, value, dilation=(1, 1)):
    """x is [1, H, W, C]; pads H and W as SAME (0) or VALID (1) says; gives [1, C, H, W]."""
    x = x.permute(0, 3, 1, 2)
    if scheme == 1:
        return x
    top, bottom = same_padding(x.shape[2], kernel[0], stride[0], dilation[0])
    left, right = same_padding(x.shape[3], kernel[1], stride[1], dilation[1])
    return F.pad(x, (left, right, top, bottom), value=value)


def run(data, picture):
    model = Table(data, struct.unpack_from("<I", data, 0)[0])
    codes = [max(c.number(0, "b"), c.number(3, "i")) for c in model.tables(1)]
    buffers = [b.raw(0) for b in model.tables(4)]
    graph = model.tables(2)[0]
    values, shapes = {}, []
    for i, tensor in enumerate(graph.tables(0)):
        shapes.append(tensor.integers(0))
        content = buffers[tensor.number(2, "I")]
        if content:
            array = np.frombuffer(content, DTYPES[tensor.number(1, "b")]).reshape(shapes[i])
            values[i] = torch.from_numpy(array.astype(np.int64 if array.dtype == np.int32 else np.float64))
    values[graph.integers(1)[0]] = picture
    for step in graph.tables(3):
        code, ins, out = codes[step.number(0, "I")], step.integers(1), step.integers(2)[0]
        place = step.place(4)
        options = step.table_at(place) if place is not None else None
        x = values.get(ins[0])
        if code == 6:  # DEQUANTIZE
            y = x
        elif code in (3, 4):  # CONV_2D, DEPTHWISE_CONV_2D
            weight, bias = values[ins[1]], values[ins[2]]
            stride = options.number(2, "i"), options.number(1, "i")
            at = 3 if code == 3 else 4
            dilation = options.number(at + 2, "i", 1), options.number(at + 1, "i", 1)
            kernel = weight.permute(0, 3, 1, 2) if code == 3 else weight.permute(3, 0, 1, 2)
            planes = padded(x, options.number(0, "b"), kernel.shape[2:], stride, 0.0, dilation)
            y = F.conv2d(planes, kernel, bias, stride, 0, dilation, 1 if code == 3 else x.shape[3]).permute(0, 2, 3, 1)
            assert options.number(at, "b") in (0, 1)
            y = torch.relu(y) if options.number(at, "b") == 1 else y
        elif code == 17:  # MAX_POOL_2D
            stride = options.number(2, "i"), options.number(1, "i")
            kernel = options.number(4, "i"), options.number(3, "i")
            assert options.number(5, "b") == 0
            y = F.max_pool2d(padded(x, options.number(0, "b"), kernel, stride, -np.inf), kernel, stride).permute(0, 2, 3, 1)
        elif code == 54:  # PRELU
            y = torch.where(x >= 0, x, x * values[ins[1]])
        elif code == 19:  # RELU
            y = torch.relu(x)
        elif code == 0:  # ADD
            y = x + values[ins[1]]
            activation = options.number(0, "b") if options else 0
            assert activation in (0, 1)
            y = torch.relu(y) if activation == 1 else y
        elif code == 34:  # PAD
            pairs = values[ins[1]].tolist()
            y = F.pad(x, [n for pair in reversed(pairs) for n in pair])
        elif code == 22:  # RESHAPE
            y = x.reshape(shapes[out])
        elif code == 2:  # CONCATENATION
            y = torch.cat([values[i] for i in ins], options.number(0, "i"))
        else:
            raise ValueError(f"operator {code}")
        assert list(y.shape) == shapes[out], (code, y.shape, shapes[out])
        values[out] = y
    return [values[i] for i in graph.integers(2)]


def pattern(side, low, high):
    """A picture that every reader can make again: for row y, column x, channel c the value ((7x + 13y + 31c + xy) mod 256) / 255, scaled."""
    y, x, c = np.meshgrid(np.arange(side), np.arange(side), np.arange(3), indexing="ij")
    return torch.from_numpy(((7 * x + 13 * y + 31 * c + x * y) % 256) / 255.0 * (high - low) + low)[None]


assets = ASSETS.read_bytes()
for name, (start, end, low, high) in GRAPHS.items():
    data = assets[start:end]
    outputs = run(data, pattern(128 if name == "face-detector" else 192, low, high))
    flat = np.concatenate([o.numpy().reshape(-1) for o in outputs]).astype("<f4")
    (HERE / f"{name}.f32").write_bytes(flat.tobytes())
    print(name, hashlib.sha256(data).hexdigest(), [tuple(o.shape) for o in outputs], flat.min(), flat.max())
