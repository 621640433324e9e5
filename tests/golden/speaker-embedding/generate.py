"""Frames and x-vector of one made-up voice, by torchaudio and NumPy: python3 generate.py final.ext.raw mean.vec

Run with Debian's python3-torch 1.13.1 and python3-torchaudio 0.13.1. The network is read and computed layer by layer in double precision.
"""
import os
import re
import struct
import sys

import numpy as np
import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi

HERE = os.path.dirname(os.path.abspath(__file__))


def matrix(data, at):
    """A matrix (FM) or a vector (FV) of floats that begins at a byte."""
    kind, at = data[at:at + 3], at + 3
    shape = []
    for _ in range(2 if kind == b"FM " else 1):
        shape.append(struct.unpack_from("<i", data, at + 1)[0])
        at += 5
    return np.frombuffer(data, np.float32, int(np.prod(shape)), at).reshape(shape).astype(np.float64)


def layers(data):
    """Affine layers as (weights, bias), normalisations as (scale, offset), by name."""
    found = {}
    starts = [m for m in re.finditer(rb"<ComponentName> (\S+) ", data)]
    for begin, end in zip(starts, starts[1:] + [None]):
        part = data[begin.end():end.start() if end else len(data)]

        def of(token):
            return matrix(part, part.index(token) + len(token))

        def number(token):
            return struct.unpack_from("<f", part, part.index(token) + len(token) + 1)[0]

        name = begin.group(1).decode()
        if b"<LinearParams> " in part:
            found[name] = of(b"<LinearParams> "), of(b"<BiasParams> ")
        elif b"<StatsVar> " in part:
            scale = number(b"<TargetRms> ") / np.sqrt(np.maximum(of(b"<StatsVar> "), 0) + number(b"<Epsilon> "))
            found[name] = scale, -of(b"<StatsMean> ") * scale
    return found


def features(samples):
    wave = torchaudio.functional.resample(
        torch.from_numpy(samples.astype(np.float64))[None], 16000, 8000, lowpass_filter_width=32, rolloff=0.95,
        resampling_method="kaiser_window", beta=9.0)
    ceps = kaldi.mfcc(
        wave, sample_frequency=8000, num_mel_bins=23, num_ceps=23, low_freq=20, high_freq=3700, use_energy=True, energy_floor=0.0,
        dither=0.0).numpy()
    rows = []
    for t in range(len(ceps)):
        last = min(len(ceps), max(0, t - 150) + 300)
        rows.append(ceps[t] - ceps[max(0, last - 300):last].mean(0))
    energy = ceps[:, 0]
    return np.array(rows)[energy > max(0, energy.max() - 9)]


def embedding(network, frames, mean):
    def layer(rows, name):
        weights, bias = network[name + ".affine"]
        scale, offset = network[name + ".batchnorm"]
        return np.maximum(rows @ weights.T + bias, 0) * scale + offset

    count = len(frames)
    x = np.concatenate([np.repeat(frames[:1], 7, 0), frames, np.repeat(frames[-1:], 7, 0)])
    x = layer(np.array([x[t:t + 5].ravel() for t in range(len(x) - 4)]), "tdnn1")              # frame 0 stands at 5
    x = layer(np.array([x[[t - 2, t, t + 2]].ravel() for t in range(2, len(x) - 2)]), "tdnn2")  # at 3
    x = layer(np.array([x[[t - 3, t, t + 3]].ravel() for t in range(3, 3 + count, 3)]), "tdnn3")
    x = layer(layer(x, "tdnn4"), "tdnn5")
    weights, bias = network["tdnn6.affine"]
    vector = weights @ np.concatenate([x.mean(0), np.sqrt(np.maximum(x.var(0), 1e-10))]) + bias - mean
    return vector / np.linalg.norm(vector)


def main():
    network = layers(open(sys.argv[1], "rb").read())
    mean = np.array([float(word) for word in open(sys.argv[2]).read().strip(" []\n").split()])
    time = np.arange(24000) / 16000
    random = np.random.default_rng(20261130)
    phase = 2 * np.pi * np.cumsum(130 + 30 * np.sin(2 * np.pi * 0.7 * time)) / 16000
    voice = sum(np.sin(k * phase) * np.exp(-((k * 130 - 600 - 300 * np.sin(2 * np.pi * 1.3 * time)) / 500) ** 2) for k in range(1, 25))
    samples = 0.1 * voice * np.clip(np.sin(2 * np.pi * 1.1 * time) + 0.8, 0, 1) + 0.001 * random.standard_normal(len(time))
    samples = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2")
    samples.tofile(os.path.join(HERE, "sound.s16"))
    frames = features(samples)
    frames.astype("<f4").tofile(os.path.join(HERE, "frames.f32"))
    embedding(network, frames, mean).astype("<f4").tofile(os.path.join(HERE, "embedding.f32"))
    print(frames.shape)


main()
