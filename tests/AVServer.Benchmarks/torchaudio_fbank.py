"""Times torchaudio's Kaldi fbank on one thread: torchaudio_fbank.py SECONDS REPETITIONS"""

import sys
import time

import torch
import torchaudio
import torchaudio.compliance.kaldi as kaldi

torch.set_num_threads(1)
seconds, repetitions = int(sys.argv[1]), int(sys.argv[2])
waveform = (torch.rand(1, seconds * 16000, generator=torch.Generator().manual_seed(1)) - 0.5) * 6553.6
for mels in (80, 40):
    best = float("inf")
    for i in range(repetitions + 2):
        start = time.perf_counter()
        kaldi.fbank(waveform, num_mel_bins=mels, dither=0.0)
        if i >= 2:
            best = min(best, time.perf_counter() - start)
    print(f"torchaudio {torchaudio.__version__}, {mels} mels, whole file: {seconds / best:.0f} x real time ({best * 1000:.2f} ms for {seconds} s)")
