"""What the scripts share that write cases of PyTorch: inputs, state, outputs, cotangents and gradients under names."""
import os
import sys

import torch
import torch.nn as nn

DTYPES = {torch.float32: 6, torch.float64: 7, torch.int64: 4, torch.bool: 11}


def leb128(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        if not value:
            return bytes(out + bytes([byte]))
        out.append(byte | 0x80)


def write(name, tensors):
    """TorchSharp's file of named tensors, beside the script that runs; as Module.save writes it."""
    with open(os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), name), "wb") as file:
        file.write(leb128(len(tensors)))
        for key, tensor in tensors.items():
            tensor = tensor.detach().contiguous()
            text = key.encode()
            file.write(leb128(len(text)) + text + leb128(DTYPES[tensor.dtype]) + leb128(tensor.dim()))
            for length in tensor.shape:
                file.write(leb128(length))
            file.write(tensor.numpy().tobytes())


def randn(*shape):
    return torch.randn(shape)


def flat(result):
    """The floating-point tensors of a result, in order."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [tensor for part in result for tensor in flat(part)]


def record(into, case, call, inputs, parameters=(), buffers=()):
    """Runs a case forward and backward from random cotangents and stores all that a reader needs to do the same."""
    for i, value in enumerate(inputs):
        if value.is_floating_point():
            value.requires_grad_()
        into[f"{case}/input{i}"] = value.clone()
    for key, value in list(parameters) + list(buffers):
        into[f"{case}/state/{key}"] = value.clone()
    outputs = flat(call(*inputs))
    cotangents = [randn(*output.shape).float().to(output.dtype) for output in outputs]
    loss = sum((output * cotangent).sum() for output, cotangent in zip(outputs, cotangents) if output.requires_grad)
    if isinstance(loss, torch.Tensor):
        loss.backward()
    for i, (output, cotangent) in enumerate(zip(outputs, cotangents)):
        into[f"{case}/output{i}"] = output
        into[f"{case}/cotangent{i}"] = cotangent
    for i, value in enumerate(inputs):
        if value.grad is not None:
            into[f"{case}/grad/input{i}"] = value.grad
    for key, value in parameters:
        if value.grad is not None:
            into[f"{case}/grad/{key}"] = value.grad
    for key, value in buffers:
        into[f"{case}/after/{key}"] = value


def layer(into, case, module, *inputs, call=None, train=True):
    module.train(train)
    for parameter in module.parameters():
        nn.init.normal_(parameter, 0, 0.5)
    record(into, case, call or module, inputs, list(module.named_parameters()), list(module.named_buffers()))
