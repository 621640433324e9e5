#!/usr/bin/env python3
"""Writes what independent code computes for the parts of the audio-visual wake word network, and for the whole.

Run with Debian's python3-torch 1.13.1, python3-torchaudio 0.13.1 and python3-torchvision 0.14.1:
    /usr/bin/python3 tests/golden/flcma/generate.py
"""
import math
import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from torchaudio.models.conformer import ConformerLayer, _ConvolutionModule, _FeedForwardModule
from torchvision.models.resnet import BasicBlock, ResNet

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from named_tensors import randn, record, write  # noqa: E402

# The sizes of GoldenTests.Config.
CHANNELS, WIDTH, SIZE, DIM, HEADS, HIDDEN, KERNEL, BLOCKS = 2, 2, 17, 8, 2, 12, 5, 2
SUBSAMPLING, MELS, AUDIO_FRAMES, VIDEO_FRAMES = 3, 10, 24, 6


class Part:
    """Modules of other people under the names of our parts, and a call that runs them."""

    def __init__(self, call, **modules):
        self.call, self.modules = call, modules

    def parameters(self):
        return self._named(lambda module: module.named_parameters())

    def buffers(self):
        return self._named(lambda module: module.named_buffers())

    def train(self, train=True):
        for module in self.modules.values():
            module.train(train)
        return self

    def _named(self, entries):
        found = []
        for prefix, module in self.modules.items():
            inner = [(key, value) for key, value in (module._named(entries) if isinstance(module, Part) else renamed(entries(module)))]
            found += [(join(prefix, key), value) for key, value in inner]
        return found


# Where torchaudio and torchvision name a layer otherwise than our definition.
NAMES = [
    ("ffn1.sequential.", "feedForward1."), ("ffn2.sequential.", "feedForward2."), ("conv_module.layer_norm", "convolution.norm"),
    ("conv_module.sequential.0", "convolution.expand"), ("conv_module.sequential.2", "convolution.depthwise"),
    ("conv_module.sequential.3", "convolution.batchNorm"), ("conv_module.sequential.5", "convolution.contract"),
    ("self_attn_layer_norm", "attention.norm"), ("self_attn.", "attention.attention."), ("final_layer_norm", "norm"),
    ("feedForward1.0", "feedForward1.norm"), ("feedForward1.1", "feedForward1.expand"), ("feedForward1.4", "feedForward1.contract"),
    ("feedForward2.0", "feedForward2.norm"), ("feedForward2.1", "feedForward2.expand"), ("feedForward2.4", "feedForward2.contract"),
    ("linear1", "feedForward2.expand"), ("linear2", "feedForward2.contract"), ("norm1", "attention.norm"), ("norm2", "feedForward2.norm"),
    ("downsample.0", "shortcut"), ("downsample.1", "shortcutNorm"),
]


def renamed(entries):
    for key, value in entries:
        for theirs, ours in NAMES:
            if key.startswith(theirs):
                key = ours + key[len(theirs):]
        yield key, value


def join(prefix, key):
    """A prefix that begins with an underscore only tells modules apart."""
    return key if prefix.startswith("_") else f"{prefix}.{key}" if key else prefix


def case(into, name, part, *inputs, train=True):
    part.train(train)
    for key, parameter in part.parameters():
        nn.init.normal_(parameter, 1 if key.endswith("orm.weight") or "bn" in key and key.endswith("weight") else 0, 0.4)
    for key, buffer in part.buffers():
        if key.endswith("running_mean"):
            buffer.normal_()
        if key.endswith("running_var"):
            buffer.uniform_(0.5, 2)
    # Computed in double precision from values that single precision holds, stored in single.
    for _, value in part.parameters() + part.buffers():
        if value.is_floating_point():
            value.data.copy_(value.detach().float())
    found = {}
    record(found, name, part.call, [value.float().double() for value in inputs], part.parameters(), part.buffers())
    into.update((key, value.float() if value.is_floating_point() else value) for key, value in found.items())


def residual_block(inputs, outputs, stride):
    downsample = None
    if stride != 1 or inputs != outputs:
        downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
    block = BasicBlock(inputs, outputs, stride, downsample)
    return Part(block, _block=block)


class Normalisation(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.rand(CHANNELS))
        self.register_buffer("istd", 1 + torch.rand(CHANNELS))

    def forward(self, x):
        return (x - self.mean[:, None, None, None]) * self.istd[:, None, None, None]


def lip_encoder():
    normalise = Normalisation()
    stem, norm = nn.Conv3d(CHANNELS, WIDTH, (5, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), nn.BatchNorm3d(WIDTH)
    resnet = ResNet(BasicBlock, [2, 2, 2, 2])
    resnet.inplanes = WIDTH
    stages = [resnet._make_layer(BasicBlock, WIDTH << stage, 2, stride=1 if stage == 0 else 2) for stage in range(4)]

    def call(pictures):
        x = F.max_pool3d(F.relu(norm(stem(normalise(pictures)))), (1, 3, 3), (1, 2, 2), (0, 1, 1))
        y = torch.cat(x.unbind(2))                      # all pictures in one batch, as the statistics are theirs together
        for stage in stages:
            y = stage(y)
        return torch.stack(F.adaptive_avg_pool2d(y, 1).flatten(1).split(len(pictures)), 1)

    blocks = {f"stages.{2 * stage + block}": Part(None, _block=stages[stage][block]) for stage in range(4) for block in range(2)}
    return Part(call, _normalise=normalise, stem=stem, norm=norm, **blocks)


def subsampler():
    conv1, conv2 = nn.Conv2d(1, SUBSAMPLING, 3, 2, 1), nn.Conv2d(SUBSAMPLING, SUBSAMPLING, 3, 2, 1)
    project = nn.Linear(SUBSAMPLING * -(-MELS // 4), DIM)

    def call(fbank):
        x = F.relu(conv2(F.relu(conv1((fbank - fbank.sum(1, keepdim=True) / fbank.shape[1])[:, None]))))
        return torch.stack([project(x[:, :, t].flatten(1)) for t in range(x.shape[2])], 1)

    return Part(call, conv1=conv1, conv2=conv2, project=project)


def feed_forward():
    module = _FeedForwardModule(DIM, HIDDEN)
    names = {"norm": module.sequential[0], "expand": module.sequential[1], "contract": module.sequential[4]}
    return Part(module, **names)


def convolution():
    module = _ConvolutionModule(DIM, DIM, KERNEL, bias=True)
    layers = module.sequential
    return Part(module, norm=module.layer_norm, expand=layers[0], depthwise=layers[2], batchNorm=layers[3], contract=layers[5])


def conformer_layer():
    return ConformerLayer(DIM, HIDDEN, HEADS, KERNEL)


def conformer_block():
    layer = conformer_layer()
    return Part(lambda x: layer(x.transpose(0, 1), None).transpose(0, 1), _layer=layer)


def transformer_layer():
    return nn.TransformerEncoderLayer(DIM, HEADS, HIDDEN, dropout=0, activation=F.silu, batch_first=True, norm_first=True)


def transformer_block():
    layer, norm = transformer_layer(), nn.LayerNorm(DIM)
    return Part(lambda x: norm(layer(x)), _layer=layer, norm=norm)


def flcma():
    norm, attention = nn.LayerNorm(DIM), nn.MultiheadAttention(DIM, HEADS, batch_first=True)

    def call(audio, video):
        """Moment by moment: two tokens attend to each other."""
        heard, seen = [], []
        for t in range(audio.shape[1]):
            pair = torch.stack([audio[:, t], video[:, t]], 1)               # [B, 2, D]
            normalised = norm(pair)
            pair = pair + attention(normalised, normalised, normalised)[0]
            heard.append(pair[:, 0])
            seen.append(pair[:, 1])
        return torch.stack(heard, 1), torch.stack(seen, 1)

    return Part(call, **{"attention.norm": norm, "attention.attention": attention})


def flcma_block(transformer=False):
    """torchaudio's layers (or torch's) taken apart, with the cross-modal attention after the first half step."""
    cross = flcma()
    layers = [transformer_layer() if transformer else conformer_layer() for _ in range(2)]
    norms = [nn.LayerNorm(DIM) for _ in range(2)] if transformer else [layer.final_layer_norm for layer in layers]

    def enter(layer, x):
        return x if transformer else x + 0.5 * layer.ffn1(x)

    def leave(layer, norm, x):
        if transformer:
            return norm(layer(x))
        normalised = layer.self_attn_layer_norm(x)
        x = x + layer.self_attn(*[normalised.transpose(0, 1)] * 3)[0].transpose(0, 1)
        x = x + layer.conv_module(x)
        return norm(x + 0.5 * layer.ffn2(x))

    def call(audio, video):
        tokens = cross.call(enter(layers[0], audio), enter(layers[1], video))
        return tuple(leave(layer, norm, x) for layer, norm, x in zip(layers, norms, tokens))

    modality = [Part(None, _layer=layer, **({"norm": norm} if transformer else {})) for layer, norm in zip(layers, norms)]
    return Part(call, audio=modality[0], video=modality[1], crossModal=cross)


def fusion():
    convolutions = [nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 2, 3, padding=1), nn.Conv2d(2, 1, 3, padding=1)]

    def call(audio, video):
        x = torch.cat([audio[:, None], video[:, None]], 1)
        for convolution in convolutions[:-1]:
            x = convolution(x)
            x = x * torch.sigmoid(x)
        return convolutions[-1](x)[:, 0]

    return Part(call, conv1=convolutions[0], conv2=convolutions[1], conv3=convolutions[2])


def pooling():
    hidden, score = nn.Linear(DIM, DIM), nn.Linear(DIM, 1, bias=False)

    def call(x):
        scores = torch.stack([score(torch.tanh(hidden(h))) for h in x.unbind(1)], 1).exp()
        return sum(h * a for h, a in zip(x.unbind(1), (scores / scores.sum(1, keepdim=True)).unbind(1)))

    return Part(call, hidden=hidden, score=score)


def classifier():
    pool, hidden, output = pooling(), nn.Linear(DIM, DIM), nn.Linear(DIM, 1)
    return Part(lambda x: output(F.relu(hidden(pool.call(x))))[:, 0], pooling=pool, hidden=hidden, output=output)


def positioned(tokens):
    table = torch.zeros(VIDEO_FRAMES, DIM)
    for t in range(VIDEO_FRAMES):
        for i in range(DIM):
            angle = t / 10000 ** ((i - i % 2) / DIM)
            table[t, i] = math.cos(angle) if i % 2 else math.sin(angle)
    return tokens * math.sqrt(DIM) + table.float().double()


class Absent(nn.Module):
    def __init__(self):
        super().__init__()
        self.absentAudio, self.absentVideo = nn.Parameter(torch.zeros(DIM)), nn.Parameter(torch.zeros(DIM))


def conformer(transformer=False):
    front, project, absent = subsampler(), nn.Linear(8 * WIDTH, DIM), Absent()
    blocks, fuse, classify = [flcma_block(transformer) for _ in range(BLOCKS)], fusion(), classifier()

    def call(fbank, lips, presence):
        p = presence.detach()[:, :, None, None]
        audio = positioned(p[:, 0] * front.call(fbank) + (1 - p[:, 0]) * absent.absentAudio)
        video = positioned(p[:, 1] * project(lips) + (1 - p[:, 1]) * absent.absentVideo)
        for block in blocks:
            audio, video = block.call(audio, video)
        return classify.call(fuse.call(audio, video))

    numbered = {f"blocks.{i}": block for i, block in enumerate(blocks)}
    return Part(call, subsampler=front, lipProjection=project, _absent=absent, fusion=fuse, classifier=classify, **numbered)


def tokens():
    return randn(3, VIDEO_FRAMES, DIM)


def lips():
    out = {}
    case(out, "ResidualBlock", residual_block(3, 3, 1), randn(2, 3, 6, 5))
    case(out, "ResidualBlock shortcut", residual_block(3, 5, 2), randn(2, 3, 7, 6))
    case(out, "LipEncoder", lip_encoder(), torch.rand(2, CHANNELS, 2 + 4, SIZE, SIZE))
    return out


def lips_eval():
    out = {}
    case(out, "LipEncoder eval", lip_encoder(), torch.rand(2, CHANNELS, 2 + 4, SIZE, SIZE), train=False)
    return out


def encoder():
    out = {}
    case(out, "AudioSubsampler", subsampler(), 3 * randn(2, AUDIO_FRAMES, MELS))
    case(out, "FeedForwardModule", feed_forward(), tokens())
    case(out, "ConvolutionModule", convolution(), tokens())
    case(out, "ConformerBlock", conformer_block(), tokens())
    case(out, "ConformerBlock eval", conformer_block(), tokens(), train=False)
    case(out, "ConformerBlock transformer", transformer_block(), tokens())
    case(out, "FrameLevelCrossModalAttention", flcma(), tokens(), tokens())
    case(out, "FlcmaBlock", flcma_block(), tokens(), tokens())
    case(out, "ConvolutionFusion", fusion(), tokens(), tokens())
    case(out, "AttentivePooling", pooling(), tokens())
    case(out, "WindowClassifier", classifier(), tokens())
    return out


def whole():
    out = {}
    presence = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    for name, transformer in (("FlcmaConformer", False), ("FlcmaConformer transformer", True)):
        inputs = 3 * randn(4, AUDIO_FRAMES, MELS), randn(4, VIDEO_FRAMES, 8 * WIDTH), presence.clone()
        case(out, name, conformer(transformer), *inputs)
    return out


if __name__ == "__main__":
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    write("lips.dat", lips())
    write("lips-eval.dat", lips_eval())
    write("encoder.dat", encoder())
    write("whole.dat", whole())
