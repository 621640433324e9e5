"""Writes signal.s16 and the Kaldi features of it; see PROVENANCE.md. Run in this folder: python3 generate.py"""

import numpy as np
import torch
import torchaudio.compliance.kaldi as kaldi
import torchaudio.functional as audio

SAMPLES = 8000

FBANKS = {
    "fbank-80": dict(num_mel_bins=80),
    "fbank-80-edges": dict(num_mel_bins=80, snip_edges=False),
    "fbank-40-hamming": dict(num_mel_bins=40, window_type="hamming", low_freq=60, high_freq=-400),
    "fbank-40-8k-edges": dict(num_mel_bins=40, sample_frequency=8000, snip_edges=False),
    "fbank-23-hanning-dc": dict(num_mel_bins=23, window_type="hanning", remove_dc_offset=False, preemphasis_coefficient=0.0),
}
MFCCS = {
    "mfcc-13": dict(),
    "mfcc-13-energy": dict(use_energy=True, energy_floor=0.0),
    "mfcc-20-edges": dict(num_ceps=20, num_mel_bins=40, snip_edges=False, cepstral_lifter=0.0),
    "mfcc-13-8k-energy-edges": dict(use_energy=True, energy_floor=1.0, sample_frequency=8000, snip_edges=False),
}


def signal():
    """A voice-like sweep with harmonics, noise, an offset, a stretch of digital silence and a very quiet end."""
    random = np.random.default_rng(20)
    t = np.arange(SAMPLES) / 16000
    pitch = 2 * np.pi * (110 * t + 60 * t * t)
    x = sum(np.sin(h * pitch) / h for h in range(1, 20)) * 0.15 * (0.3 + np.sin(2 * np.pi * 3 * t) ** 2)
    x += 0.02 * random.standard_normal(SAMPLES) + 0.01
    x[3000:4000] = 0
    x[7000:] *= 0.003
    return np.clip(np.round(x * 32768), -32768, 32767).astype("<i2")


def write(name, features):
    features.numpy().astype("<f4").tofile(name + ".f32")
    print(name, tuple(features.shape))


samples = signal()
samples.tofile("signal.s16")
waveform = torch.from_numpy(samples.astype("f4"))[None]
for name, options in FBANKS.items():
    write(name, kaldi.fbank(waveform, dither=0.0, **options))
for name, options in MFCCS.items():
    write(name, kaldi.mfcc(waveform, dither=0.0, **options))

# Deltas of mfcc-13 by Kaldi's filters (order 2, window 2) on edge-repeated frames, in double precision.
ceps = np.fromfile("mfcc-13.f32", "<f4").reshape(-1, 13).astype("f8")
slope = np.arange(-2, 3) / 10
orders = [ceps]
for kernel in (slope, np.convolve(slope, slope)):
    reach = len(kernel) // 2
    padded = np.pad(ceps, ((reach, reach), (0, 0)), mode="edge")
    orders.append(sum(kernel[i] * padded[i : i + len(ceps)] for i in range(len(kernel))))
first = audio.compute_deltas(torch.from_numpy(ceps.T)[None])[0].T.numpy()
assert np.abs(first - orders[1]).max() < 1e-6
np.concatenate(orders, axis=1).astype("<f4").tofile("mfcc-13-deltas.f32")
