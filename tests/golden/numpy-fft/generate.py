"""Writes the spectra of seeded noise; see PROVENANCE.md. Run in this folder: python3 generate.py"""

import numpy as np

for length in (64, 128, 256, 512, 1024, 2048):
    x = np.random.default_rng(length).uniform(-1, 1, length).astype("<f4")
    spectrum = np.fft.rfft(x.astype("f8"))
    np.concatenate([x, spectrum.real, spectrum.imag]).astype("<f4").tofile(f"rfft-{length}.f32")
