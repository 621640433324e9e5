#!/usr/bin/env python3
"""Writes what PyTorch computes for each layer, loss, function, optimizer and scheduler of the binding.

Run with Debian's python3-torch (1.13.1): /usr/bin/python3 tests/golden/torch/generate.py
"""
import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from named_tensors import layer, randn, record, write  # noqa: E402


def layers():
    out = {}
    layer(out, "Conv1d", nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), randn(2, 4, 15))
    layer(out, "Conv1d depthwise", nn.Conv1d(4, 4, 5, groups=4, bias=False), randn(2, 4, 12))
    for mode in ("reflect", "replicate", "circular"):
        layer(out, f"Conv1d {mode}", nn.Conv1d(3, 2, 3, padding=2, padding_mode=mode), randn(2, 3, 9))
    layer(out, "Conv2d", nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2)), randn(2, 3, 7, 8))
    layer(out, "Conv3d", nn.Conv3d(2, 3, (3, 3, 1), stride=(1, 2, 1), padding=(1, 0, 0)), randn(1, 2, 4, 5, 3))
    layer(out, "BatchNorm1d", nn.BatchNorm1d(4), randn(5, 4, 6))
    norm = nn.BatchNorm1d(4)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2)
    layer(out, "BatchNorm1d eval", norm, randn(5, 4), train=False)
    layer(out, "BatchNorm2d", nn.BatchNorm2d(3, momentum=0.3), randn(2, 3, 4, 5))
    layer(out, "BatchNorm3d", nn.BatchNorm3d(2), randn(2, 2, 3, 3, 2))
    layer(out, "LayerNorm", nn.LayerNorm([3, 4]), randn(2, 3, 4))
    layer(out, "GroupNorm", nn.GroupNorm(2, 6), randn(2, 6, 5))
    layer(out, "Linear", nn.Linear(5, 3), randn(2, 4, 5))
    layer(out, "Embedding", nn.Embedding(7, 3, padding_idx=2), torch.tensor([[1, 2, 6], [0, 2, 1]]))
    layer(out, "GRU", nn.GRU(4, 3, num_layers=2, batch_first=True, bidirectional=True), randn(2, 6, 4))
    layer(out, "GRU state", nn.GRU(4, 3), randn(6, 2, 4), randn(1, 2, 3))
    layer(out, "LSTM", nn.LSTM(4, 3, num_layers=2, bidirectional=True), randn(6, 2, 4))
    lstm = nn.LSTM(4, 3, batch_first=True)
    layer(out, "LSTM state", lstm, randn(2, 5, 4), randn(1, 2, 3), randn(1, 2, 3), call=lambda x, h, c: lstm(x, (h, c)))
    layer(out, "ReLU", nn.ReLU(), randn(3, 4))
    layer(out, "ReLU6", nn.ReLU6(), 4 * randn(3, 4))
    layer(out, "LeakyReLU", nn.LeakyReLU(0.2), randn(3, 4))
    layer(out, "ELU", nn.ELU(0.7), randn(3, 4))
    layer(out, "GELU", nn.GELU(), randn(3, 4))
    layer(out, "SiLU", nn.SiLU(), randn(3, 4))
    layer(out, "Sigmoid", nn.Sigmoid(), randn(3, 4))
    layer(out, "Tanh", nn.Tanh(), randn(3, 4))
    layer(out, "Hardswish", nn.Hardswish(), 3 * randn(3, 4))
    layer(out, "Hardsigmoid", nn.Hardsigmoid(), 3 * randn(3, 4))
    layer(out, "GLU", nn.GLU(1), randn(2, 6, 3))
    layer(out, "Softmax", nn.Softmax(1), randn(3, 4))
    layer(out, "LogSoftmax", nn.LogSoftmax(1), randn(3, 4))
    layer(out, "PReLU", nn.PReLU(4), randn(2, 4, 3))
    layer(out, "MaxPool1d", nn.MaxPool1d(3, 2, 1), randn(2, 3, 9))
    layer(out, "MaxPool2d", nn.MaxPool2d((2, 3), (2, 1)), randn(2, 3, 6, 7))
    layer(out, "MaxPool3d", nn.MaxPool3d(2), randn(1, 2, 4, 4, 4))
    layer(out, "AvgPool1d", nn.AvgPool1d(3, 2, 1), randn(2, 3, 9))
    layer(out, "AvgPool2d", nn.AvgPool2d(2), randn(2, 3, 6, 6))
    layer(out, "AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(4), randn(2, 3, 9))
    layer(out, "AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((2, 3)), randn(2, 3, 5, 7))
    layer(out, "AdaptiveAvgPool3d", nn.AdaptiveAvgPool3d(1), randn(1, 2, 3, 4, 5))
    layer(out, "Flatten", nn.Flatten(), randn(2, 3, 4))
    attention = nn.MultiheadAttention(6, 2)
    layer(out, "MultiheadAttention", attention, randn(4, 3, 6), randn(5, 3, 6), randn(5, 3, 6))
    masked = nn.MultiheadAttention(6, 3)
    padding = torch.tensor([[False, False, False, True], [False, False, False, False]])
    future = torch.triu(torch.ones(4, 4, dtype=torch.bool), 1)
    layer(out, "MultiheadAttention masked", masked, randn(4, 2, 6), padding, future,
          call=lambda x, p, m: masked(x, x, x, key_padding_mask=p, attn_mask=m))
    return out


def losses():
    out = {}
    binary = (randn(4, 3) > 0).float()
    classes = torch.tensor([2, 0, 1, 2])
    weight = torch.tensor([0.5, 1.0, 2.0])

    def loss(case, call, prediction, *given):
        for i, value in enumerate(given):
            out[f"{case}/given{i}"] = value
        record(out, case, lambda x: call(x, *given), [prediction])

    loss("binary_cross_entropy", F.binary_cross_entropy, torch.rand(4, 3), binary)
    loss("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, randn(4, 3), binary)
    loss("binary_cross_entropy_with_logits weighted", lambda x, y, w, p: F.binary_cross_entropy_with_logits(x, y, w, reduction="sum", pos_weight=p),
         randn(4, 3), binary, torch.rand(4, 3), weight)
    loss("cross_entropy", F.cross_entropy, randn(4, 3), classes)
    loss("cross_entropy smoothed", lambda x, y, w: F.cross_entropy(x, y, w, label_smoothing=0.1), randn(4, 3), classes, weight)
    loss("nll_loss", F.nll_loss, randn(4, 3), classes)
    loss("mse_loss", F.mse_loss, randn(4, 3), randn(4, 3))
    loss("mse_loss unreduced", lambda x, y: F.mse_loss(x, y, reduction="none"), randn(4, 3), randn(4, 3))
    loss("l1_loss", F.l1_loss, randn(4, 3), randn(4, 3))
    loss("smooth_l1_loss", lambda x, y: F.smooth_l1_loss(x, y, beta=0.5), randn(4, 3), randn(4, 3))
    loss("huber_loss", lambda x, y: F.huber_loss(x, y, delta=0.5), randn(4, 3), randn(4, 3))
    loss("kl_div", lambda x, y: F.kl_div(x, y, reduction="sum"), F.log_softmax(randn(4, 3), 1).detach(), torch.softmax(randn(4, 3), 1))
    return out


def functions():
    out = {}

    def case(name, call, *inputs):
        record(out, name, call, inputs)

    positions = torch.tensor([3, 0, 3])
    case("normalize", lambda x: F.normalize(x, dim=1), randn(3, 4))
    case("cosine_similarity", F.cosine_similarity, randn(3, 4), randn(3, 4))
    case("pad constant", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5), randn(2, 3, 4))
    case("pad reflect", lambda x: F.pad(x, (2, 1), mode="reflect"), randn(2, 3, 4))
    case("attention", lambda q, k, v: torch.softmax(q @ k.transpose(-2, -1) / 2, -1) @ v, randn(2, 3, 4), randn(2, 5, 4), randn(2, 5, 4))
    case("attention causal", lambda q, k, v: torch.softmax((q @ k.transpose(-2, -1) / 2).masked_fill(torch.ones(3, 3).triu(1).bool(), float("-inf")), -1) @ v,
         randn(2, 3, 4), randn(2, 3, 4), randn(2, 3, 4))
    case("index", lambda x: x[:, positions, 1:4:2], randn(2, 4, 5))
    case("index mask", lambda x: x[x > 0], randn(3, 4))
    case("index ellipsis", lambda x: x[..., -2, None], randn(2, 3, 4))
    case("gather", lambda x: x.gather(1, torch.tensor([[0, 2], [1, 1]])), randn(2, 3))
    case("where", lambda x, y: torch.where(x > y, x, y * 2), randn(3, 4), randn(3, 4))
    case("std and var", lambda x: (x.std(1), x.var()), randn(3, 4))
    case("max and topk", lambda x: (x.max(1).values, x.topk(2, 0).values), randn(5, 4))
    case("logsumexp and cumsum", lambda x: (x.logsumexp(1), x.cumsum(0)), randn(3, 4))
    case("norms", lambda x: (x.norm(), x.norm(dim=1)), randn(3, 4))
    case("einsum", lambda x, y: torch.einsum("bij,bkj->bik", x, y), randn(2, 3, 4), randn(2, 5, 4))
    case("arithmetic", lambda x, y: (2 - x) * y / (1 + x * x) - 3 / (y * y + 1) + (-x) ** 3, randn(3, 4), randn(3, 4))
    case("shapes", lambda x: torch.cat([x.flip(1), x.roll(1, 0)], 1).unfold(1, 3, 2).permute(2, 0, 1), randn(3, 4))
    return out


def optimizers():
    torch.manual_seed(3)
    start, target, curvature = randn(5).double(), randn(5).double(), (torch.rand(5) + 0.1).double()
    out = {"start": start, "target": target, "curvature": curvature}

    def trace(case, make):
        parameter = nn.Parameter(start.clone())
        optimizer = make([parameter])
        steps = []
        for _ in range(20):
            optimizer.zero_grad()
            (curvature * (parameter - target) ** 2 + 0.1 * torch.sin(3 * parameter)).sum().backward()
            optimizer.step()
            steps.append(parameter.detach().clone())
        out[case] = torch.stack(steps)

    trace("SGD", lambda p: torch.optim.SGD(p, 0.1))
    trace("SGD momentum", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, dampening=0.2, weight_decay=0.05))
    trace("SGD Nesterov", lambda p: torch.optim.SGD(p, 0.1, momentum=0.8, nesterov=True))
    trace("Adam", lambda p: torch.optim.Adam(p, 0.05, betas=(0.9, 0.99)))
    trace("Adam decay", lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1))
    trace("Adam amsgrad", lambda p: torch.optim.Adam(p, 0.05, betas=(0.9, 0.99), amsgrad=True))
    trace("AdamW", lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1))
    return out


def schedulers():
    out = {}
    s = torch.optim.lr_scheduler

    def trace(case, make, steps=24):
        optimizer = torch.optim.Adam([nn.Parameter(torch.zeros(1))], 0.4)
        scheduler = make(optimizer)
        rates, momenta = [], []
        for step in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            momenta.append(optimizer.param_groups[0]["betas"][0])
            optimizer.step()
            if step < steps - 1:
                scheduler.step()
        out[case] = torch.tensor(rates, dtype=torch.float64)
        out[case + "/momentum"] = torch.tensor(momenta, dtype=torch.float64)

    trace("StepLR", lambda o: s.StepLR(o, 5, 0.5))
    trace("MultiStepLR", lambda o: s.MultiStepLR(o, [3, 9, 9, 20], 0.3))
    trace("ExponentialLR", lambda o: s.ExponentialLR(o, 0.9))
    trace("LambdaLR", lambda o: s.LambdaLR(o, lambda epoch: 1 / (1 + epoch)))
    trace("ConstantLR", lambda o: s.ConstantLR(o, 0.25, 6))
    trace("LinearLR", lambda o: s.LinearLR(o, 0.1, 0.8, 10))
    trace("CosineAnnealingLR", lambda o: s.CosineAnnealingLR(o, 15, 0.02))
    trace("OneCycleLR", lambda o: s.OneCycleLR(o, 0.9, total_steps=24))
    trace("OneCycleLR linear", lambda o: s.OneCycleLR(o, 0.9, epochs=6, steps_per_epoch=4, pct_start=0.5, anneal_strategy="linear", div_factor=10, final_div_factor=100))
    return out


if __name__ == "__main__":
    torch.manual_seed(1)
    write("layers.dat", layers())
    write("losses.dat", losses())
    write("functions.dat", functions())
    write("optimizers.dat", optimizers())
    write("schedulers.dat", schedulers())
