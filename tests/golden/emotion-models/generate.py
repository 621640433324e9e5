#!/usr/bin/env python3
"""Writes what independent code computes for the emotion networks: utterance by utterance, without padding and without masks.

Run with Debian's python3-torch 1.13.1: /usr/bin/python3 tests/golden/emotion-models/generate.py
"""
import math
import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from named_tensors import randn, record, write  # noqa: E402

# The sizes of EmotionGoldenTests.
FEATURES, CENTRED, FILTERS, WORD_DIM, SPEAKER, LABELS = 6, 4, 3, 5, 2, 4
DESCRIPTORS, UNITS = 7, 3
PATH, WIDTHS = 2, [3, 4, 5, 6, 7]
FRAMES, WORDS = torch.tensor([9, 17, 14]), torch.tensor([3, 0, 7])
TIMES = torch.tensor([70, 96, 41])


class Scales(nn.Module):
    def __init__(self, inputs, kernels, hop):
        super().__init__()
        self.hop = hop
        self.scales = nn.ModuleList(nn.Conv1d(inputs, FILTERS, kernel, hop) for kernel in kernels)

    def forward(self, x):
        """One utterance [T, inputs] → [4 filters, positions]."""
        maps = []
        for scale in self.scales:
            kernel = scale.kernel_size[0]
            positions = []
            for middle in range(0, len(x), self.hop):
                first = middle - (kernel - 1) // 2
                window = torch.stack([x[t] if 0 <= t < len(x) else torch.zeros_like(x[0]) for t in range(first, first + kernel)], 1)
                positions.append((scale.weight * window).sum((1, 2)) + scale.bias)
            maps.append(torch.stack(positions, 1))
        return F.relu(torch.cat(maps))


def spu(maps, which):
    if maps.shape[1] == 0:
        return [torch.zeros(len(maps)), torch.zeros(len(maps)), torch.full([len(maps)], math.sqrt(1e-5))]
    mean = maps.mean(1)
    every = {"max": maps.max(1)[0], "mean": mean, "std": (maps.var(1, unbiased=False) + 1e-5).sqrt()}
    return [every[name] for name in which]


class Mscnn(nn.Module):
    def __init__(self, audio=True, text=True, attention=True, speaker=0, swem=True, hop=1, which=("max", "mean", "std"), voice=False):
        super().__init__()
        self.which, self.swem = which, swem
        pooled, width = 4 * FILTERS * len(which), 0
        self.audio = self.text = self.attentionNorm = None
        if audio:
            self.register_buffer("mean", torch.rand(FEATURES))
            self.register_buffer("istd", 1 + torch.rand(FEATURES))
            self.audio, self.audioNorm = Scales(FEATURES, (5, 7, 9, 11), hop), nn.BatchNorm1d(pooled + speaker)
            width += pooled + speaker
        self.descriptorLayer = None
        if voice:
            self.register_buffer("descriptorMean", torch.rand(DESCRIPTORS))
            self.register_buffer("descriptorIstd", 1 + torch.rand(DESCRIPTORS))
            self.descriptorLayer, self.descriptorNorm = nn.Linear(DESCRIPTORS, UNITS), nn.BatchNorm1d(UNITS)
            width += UNITS
        if text:
            self.text = Scales(WORD_DIM, (2, 3, 4, 5), 1)
            self.textNorm = nn.BatchNorm1d(pooled + (2 * WORD_DIM if swem else 0))
            width += pooled + (2 * WORD_DIM if swem else 0)
        if attention:
            self.attentionNorm = nn.BatchNorm1d(pooled)
            width += pooled
        self.output = nn.Linear(width, LABELS)

    def forward(self, *inputs):
        inputs = list(inputs)
        features, frames = (inputs.pop(0), inputs.pop(0)) if self.audio is not None else (None, None)
        voice = inputs.pop(0) if self.descriptorLayer is not None else None
        words, count = (inputs.pop(0), inputs.pop(0)) if self.text is not None else (None, None)
        speaker = inputs.pop(0) if inputs else None
        batch = len(frames if frames is not None else count)
        parts, heard = [], None
        if self.audio is not None:
            heard = []
            for i in range(batch):
                x = features[i, : frames[i]]
                x = torch.cat([x[:, :CENTRED] - x[:, :CENTRED].mean(0), x[:, CENTRED:]], 1)
                heard.append(torch.stack(spu(self.audio((x - self.mean) * self.istd), self.which)))
            rows = [torch.cat([heard[i].flatten()] + ([] if speaker is None else [speaker[i]])) for i in range(batch)]
            parts.append(self.audioNorm(torch.stack(rows)))
        if voice is not None:
            normal = torch.maximum(torch.minimum((voice - self.descriptorMean) * self.descriptorIstd, torch.tensor(4.0)), torch.tensor(-4.0))
            parts.append(F.relu(self.descriptorNorm(self.descriptorLayer(normal))))
        if self.text is not None:
            told = (count > 0)[:, None]
            rows, mixed = [], []
            for i in range(batch):
                x = words[i, : count[i]]
                maps = self.text(x) if len(x) else torch.zeros(4 * FILTERS, 0)
                row = list(spu(maps, self.which))
                if self.swem:
                    row += [x.max(0)[0], x.mean(0)] if len(x) else [torch.zeros(2 * WORD_DIM)]
                rows.append(torch.cat(row))
                if self.attentionNorm is not None:
                    found = []
                    for query in heard[i]:
                        weights = [(query @ maps[:, k] / math.sqrt(len(query))).exp() for k in range(maps.shape[1])]
                        found.append(sum((w / sum(weights) * maps[:, k] for k, w in enumerate(weights)), torch.zeros(4 * FILTERS)))
                    mixed.append(torch.cat(found))
            parts.append(self.textNorm(torch.stack(rows)) * told)
            if self.attentionNorm is not None:
                parts.append(self.attentionNorm(torch.stack(mixed)) * told)
        return self.output(torch.cat(parts, 1))


class LightSerNet(nn.Module):
    def __init__(self, paths=(0, 1, 2)):
        super().__init__()
        kernels = [(11, 1), (1, 9), (3, 3)]
        self.paths = nn.ModuleList(nn.Conv2d(1, PATH, kernels[p], padding="same") for p in paths)
        self.pathNorms = nn.ModuleList(nn.BatchNorm2d(PATH) for _ in paths)
        widths = [PATH * len(paths), *WIDTHS]
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3 if b < WIDTHS[-1] else 1, padding="same", bias=False) for a, b in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths[1:])
        self.output = nn.Linear(WIDTHS[-1], LABELS)

    def forward(self, features, frames):
        if self.training:
            return self.run(features[:, None])
        return torch.cat([self.run(features[i, None, None, : frames[i]]) for i in range(len(frames))])

    def run(self, x):
        x = F.avg_pool2d(torch.cat([F.relu(norm(path(x))) for path, norm in zip(self.paths, self.pathNorms)], 1), 2)
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = F.relu(norm(convolution(x)))
            if i < 4:
                x = F.avg_pool2d(x, (2, 2 if i < 2 else 1))
        return self.output(x.mean((2, 3)))


def case(into, name, module, *inputs, train=True, spread=0.4):
    module.train(train)
    for key, parameter in module.named_parameters():
        nn.init.normal_(parameter, 1 if "orm" in key and key.endswith("weight") else 0, spread)
    for key, buffer in module.named_buffers():
        if key.endswith("running_mean"):
            buffer.normal_()
        if key.endswith("running_var"):
            buffer.uniform_(0.5, 2)
    for value in list(module.parameters()) + list(module.buffers()):
        if value.is_floating_point():
            value.data.copy_(value.detach().float())
    found = {}
    given = [value.float().double() if value.is_floating_point() else value.clone() for value in inputs]
    record(found, name, module, given, list(module.named_parameters()), list(module.named_buffers()))
    into.update((key, value.float() if value.is_floating_point() else value) for key, value in found.items())


def features():
    return randn(3, 19, FEATURES)


def words():
    return randn(3, 8, WORD_DIM)


def mscnn():
    out = {}
    heard, read = (features(), FRAMES), (words(), WORDS)
    told = words(), torch.tensor([3, 8, 1])
    case(out, "audio", Mscnn(text=False, attention=False), *heard)
    case(out, "audio hop", Mscnn(text=False, attention=False, hop=3), *heard)
    case(out, "audio speaker", Mscnn(text=False, attention=False, speaker=SPEAKER), *heard, randn(3, SPEAKER))
    case(out, "audio mean", Mscnn(text=False, attention=False, which=("mean",)), *heard)
    case(out, "text", Mscnn(audio=False, attention=False), *told)
    case(out, "text plain", Mscnn(audio=False, attention=False, swem=False), *read)
    case(out, "both", Mscnn(attention=False), *heard, *read)
    case(out, "attention", Mscnn(), *heard, *read)
    case(out, "attention eval", Mscnn(), *heard, *read, train=False)
    return out


def voice():
    out = {}
    case(out, "voice", Mscnn(text=False, attention=False, voice=True), features(), FRAMES, 3 * randn(3, DESCRIPTORS))
    case(out, "voice both eval", Mscnn(voice=True), features(), FRAMES, 3 * randn(3, DESCRIPTORS), words(), WORDS, train=False)
    return out


def light_sernet():
    out = {}
    same = torch.tensor([64, 64])
    case(out, "LightSerNet", LightSerNet(), randn(2, 64, 8), same)
    case(out, "LightSerNet one path", LightSerNet(paths=(2,)), randn(2, 64, 8), same)
    case(out, "LightSerNet eval", LightSerNet(), randn(3, 96, 8), TIMES, train=False)
    return out


def losses():
    """Softmax focal loss, example by example."""
    out = {}
    for name, gamma in (("focal", 2.0), ("focal plain", 0.0)):
        logits, targets = randn(5, LABELS), torch.softmax(3 * randn(5, LABELS), 1)
        weights = torch.rand(LABELS) + 0.5

        def call(logits, targets, weights, gamma=gamma):
            total = sum(weights[c] * targets[i, c] * (1 - torch.softmax(logits[i], 0)[c]) ** gamma * -torch.log(torch.softmax(logits[i], 0)[c]) for i in range(5) for c in range(LABELS))
            return total / sum(weights[c] * targets[i, c] for i in range(5) for c in range(LABELS))

        found = {}
        record(found, name, call, [value.float().double() for value in (logits, targets, weights)])
        out.update((key, value.float()) for key, value in found.items())
    return out


if __name__ == "__main__":
    torch.manual_seed(4)
    torch.set_default_dtype(torch.float64)
    write("losses.dat", losses())
    write("mscnn.dat", mscnn())
    write("light-sernet.dat", light_sernet())
    write("voice.dat", voice())
