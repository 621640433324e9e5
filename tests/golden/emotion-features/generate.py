#!/usr/bin/env python3
"""Writes what independent code computes for the front ends of the emotion models; see PROVENANCE.md. Run in this folder: /usr/bin/python3 generate.py"""
import numpy as np
import scipy.fft
import scipy.signal
import torch
import torchaudio.compliance.kaldi as kaldi

SAMPLES, RATE = 12000, 16000


def signal():
    """A gliding voice with vowel-like resonances, noise, a pause and a click that would set the level if nothing clipped it."""
    random = np.random.default_rng(21)
    t = np.arange(SAMPLES) / RATE
    pitch = 2 * np.pi * np.cumsum(140 + 60 * np.sin(2 * np.pi * 1.7 * t)) / RATE
    x = sum(np.sin(h * pitch) / (1 + abs(h - 5) * 0.4) for h in range(1, 25)) * 0.05 * (0.2 + np.sin(2 * np.pi * 2 * t) ** 2)
    x += 0.004 * random.standard_normal(SAMPLES)
    x[5000:5800] = 0
    x[9000:9003] = 0.9
    return np.clip(np.round(x * 32768), -32768, 32767).astype("<i2")


def mfcc_deltas(x):
    """torchaudio's MFCC; Kaldi's regression filters on edge-repeated frames, in double precision."""
    ceps = kaldi.mfcc(torch.from_numpy(x.astype("f4"))[None], num_ceps=32, num_mel_bins=40, use_energy=False, dither=0.0).numpy().astype("f8")
    slope = np.arange(-2, 3) / 10
    orders = [ceps]
    for kernel in (slope, np.convolve(slope, slope)):
        reach = len(kernel) // 2
        padded = np.pad(ceps, ((reach, reach), (0, 0)), mode="edge")
        orders.append(sum(kernel[i] * padded[i : i + len(ceps)] for i in range(len(kernel))))
    return np.concatenate(orders, axis=1)


def mel_matrix():
    """128 triangles from 80 to 7600 Hz on HTK's mel scale, straight in mel, as TensorFlow's linear_to_mel_weight_matrix has them."""
    mel = lambda hz: 1127 * np.log(1 + np.asarray(hz) / 700)
    bins = mel(np.linspace(0, RATE / 2, 513)[1:])[:, None]
    edges = np.linspace(mel(80), mel(7600), 130)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    return np.pad(triangles, ((1, 0), (0, 0)))


def light_sernet(x):
    x = x / 32768.0
    x = np.clip(x / np.percentile(np.abs(x), 99.9), -1, 1)
    frames = np.stack([x[start : start + 1024] for start in range(0, len(x) - 1023, 256)])
    spectrum = np.abs(np.fft.rfft(frames * scipy.signal.get_window("hann", 1024)))
    logs = np.log(spectrum @ mel_matrix() + 1e-6)
    # SciPy's unnormalised transform is twice HTK's sum; TensorFlow multiplies it by 1 / sqrt(2 N).
    ceps = scipy.fft.dct(logs, type=2, axis=1) / np.sqrt(2 * 128)
    return np.clip(ceps[:, :40], -10, 10)


samples = signal()
samples.tofile("signal.s16")
for name, features in {"mfcc-deltas": mfcc_deltas(samples), "light-sernet": light_sernet(samples.astype("f8"))}.items():
    features.astype("<f4").tofile(name + ".f32")
    print(name, features.shape, np.abs(features).max())
