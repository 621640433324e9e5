"""Writes seeded noise and its conversions to 16 kHz; see PROVENANCE.md. Run in this folder: python3 generate.py"""

import numpy as np
import torch
import torchaudio.functional as audio

samples = np.random.default_rng(7).uniform(-1, 1, 2000).astype("f4")
samples.astype("<f4").tofile("input.f32")
for rate in (8000, 11025, 22050, 44100, 48000):
    # Double precision: the reference's own rounding should not count.
    converted = audio.resample(
        torch.from_numpy(samples.astype("f8"))[None], rate, 16000,
        lowpass_filter_width=32, rolloff=0.95, resampling_method="kaiser_window", beta=9.0)
    converted.numpy().astype("<f4").tofile(f"from-{rate}.f32")
    print(rate, converted.shape[-1])
