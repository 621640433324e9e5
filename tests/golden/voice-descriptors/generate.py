#!/usr/bin/env python3
"""Writes what NumPy computes for the descriptors of a voice; see PROVENANCE.md. Run in this folder: /usr/bin/python3 generate.py"""
import numpy as np

RATE, FRAME, HOP, FFT = 16000, 640, 160, 2048
SHORTEST, LONGEST = RATE // 500, RATE // 60
CEPS, MELS = 16, 40
EDGES = [50, 150, 300, 500, 800, 1200, 1800, 2700, 3700, 5200, 7600]
HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
HZ = np.arange(FFT // 2 + 1) * RATE / FFT
TAPER = np.fft.irfft(np.abs(np.fft.rfft(HANN, FFT)) ** 2)[: FFT // 2]
TAPER = TAPER / TAPER[0]

def mel(hz): return 1127 * np.log(1 + np.asarray(hz) / 700)
def bank():
    e = np.linspace(mel(50), mel(7600), MELS + 2)[:, None]; m = mel(HZ)[None]
    return np.maximum(0, np.minimum((m - e[:-2]) / (e[1:-1] - e[:-2]), (e[2:] - m) / (e[2:] - e[1:-1])))
BANK = bank()
COSINES = np.array([[np.sqrt((1 if c == 0 else 2) / MELS) * np.cos(np.pi / MELS * (m + .5) * c) for m in range(MELS)] for c in range(CEPS)])
ALL = ['level', 'harmonicity'] + [f'c{i}' for i in range(CEPS)] + ['alpha', 'hammarberg', 'slope0', 'slope500', 'slope1500', 'centroid', 'spread', 'roll25', 'roll50', 'roll85', 'roll95', 'entropy', 'flatness', 'flux'] + [f'band{e}' for e in EDGES[:-1]]
VOICED = ['pitch', 'h1h2', 'h1a3', 'jitter', 'shimmer']

def pitch(power, level):
    """Boersma's autocorrelation, five candidates a frame, the best path through them."""
    T = len(power)
    a = np.fft.irfft(power)[:, :FFT // 2]
    r = a[:, :LONGEST + 2] / np.maximum(a[:, :1], 1e-9) / TAPER[:LONGEST + 2]
    lag = np.arange(SHORTEST, LONGEST + 1)
    x0, x1, x2 = r[:, SHORTEST - 1:LONGEST], r[:, SHORTEST:LONGEST + 1], r[:, SHORTEST + 1:LONGEST + 2]
    peak = (x1 > x0) & (x1 >= x2)
    den = np.where(peak, x0 - 2 * x1 + x2, -1)
    shift = np.where(peak, 0.5 * (x0 - x2) / den, 0)
    strength = np.where(peak, x1 - 0.25 * (x0 - x2) * shift, -9)
    octave = np.log2(RATE / (lag + shift) / 60)
    order = np.argsort(-(strength + 0.01 * octave), 1, kind='stable')[:, :5]
    S, O = np.take_along_axis(strength, order, 1), np.take_along_axis(octave, order, 1)
    rest = 0.45 + np.where(level < level.max() - 35, 0.6, 0)
    score = np.concatenate([rest[:, None], S + 0.01 * O], 1); O6 = np.concatenate([np.zeros((T, 1)), O], 1)
    best = score[0]; back = np.zeros((T, 6), int)
    for t in range(1, T):
        cost = 0.35 * np.abs(O6[t][:, None] - O6[t - 1][None]); cost[0] = 0.14; cost[:, 0] = 0.14; cost[0, 0] = 0
        m = best[None] - cost; back[t] = m.argmax(1); best = m.max(1) + score[t]
    path = np.zeros(T, int); path[-1] = best.argmax()
    for t in range(T - 1, 0, -1): path[t - 1] = back[t, path[t]]
    voiced = path > 0; i = np.arange(T)
    strongest = S[:, 0]
    chosen = np.where(voiced, np.concatenate([strongest[:, None], S], 1)[i, path], strongest)
    return np.where(voiced, 60 * 2 ** O6[i, path], 0), np.clip(chosen, 0.01, 0.999)

def frames(x):
    T = 1 + (len(x) - FRAME) // HOP
    f = x[np.arange(FRAME)[None] + HOP * np.arange(T)[:, None]].astype('f8') * 32768
    level = 10 * np.log10((f ** 2).mean(1) + 1)
    P = np.abs(np.fft.rfft((f - f.mean(1, keepdims=True)) * HANN, FFT)) ** 2 + 1
    hz, strength = pitch(P, level); voiced = hz > 0
    dB = 10 * np.log10(P); total = P.sum(1)
    ceps = np.log(P @ BANK.T) @ COSINES.T
    within = lambda a, b: (HZ >= a) & (HZ < b)
    energy = lambda a, b: P[:, within(a, b)].sum(1)
    out = [level, 10 * np.log10(strength / (1 - strength)), *ceps.T, 10 * np.log10(energy(50, 1000) / energy(1000, 5000)),
           dB[:, within(0, 2000)].max(1) - dB[:, within(2000, 5000)].max(1)]
    for a, b in ((0, 500), (500, 1500), (1500, 5000)):
        z = HZ[within(a, b)] - HZ[within(a, b)].mean(); out.append(dB[:, within(a, b)] @ z / (z @ z) * 1000)
    centroid = P @ HZ / total
    out += [np.log(centroid), 0.5 * np.log(np.maximum(P @ HZ ** 2 / total - centroid ** 2, 1))]
    upto = np.cumsum(P, 1) / total[:, None]
    out += [np.log(HZ[np.clip((upto < q).sum(1), 1, FFT // 2)]) for q in (.25, .5, .85, .95)]
    share = P / total[:, None]
    out += [-(share * np.log(share)).sum(1), np.log(P).mean(1) - np.log(P.mean(1))]
    A = np.sqrt(share)
    out.append(np.concatenate([[0], np.sqrt(np.maximum(0, 2 - 2 * (A[1:] * A[:-1]).sum(1)))]))
    out += [10 * np.log10(energy(a, b) / total) for a, b in zip(EDGES, EDGES[1:])]
    def harmonic(n):
        i = np.clip(np.floor(n * hz / RATE * FFT + 0.5).astype(int), 2, FFT // 2 - 2)
        return np.max([dB[np.arange(T), i + d] for d in range(-2, 3)], 0)
    tone = np.where(voiced, 12 * np.log2(np.maximum(hz, 1) / 100), 0)
    both = np.zeros(T, bool); both[1:] = voiced[1:] & voiced[:-1]
    step = lambda v: np.where(both, np.abs(np.concatenate([[0], np.diff(v)])), 0)
    out += [tone, np.where(voiced, harmonic(1) - harmonic(2), 0), np.where(voiced, harmonic(1) - dB[:, within(2300, 3500)].max(1), 0), step(tone), step(level)]
    return np.stack(out, 1), voiced

def statistics(rows, voiced):
    rows = rows.copy(); T, n = len(rows), len(ALL); level = rows[:, 0].copy()
    loud = np.percentile(level, 95); active = level > loud - 35
    rows[:, 0] -= loud; rows[:, 2] -= np.percentile(rows[:, 2], 95)
    said = voiced & active; any_voice = said.sum() >= 5
    if not any_voice: said = active
    def spread(z):
        q = np.percentile(z, [5, 20, 50, 80, 95]); return [z.mean(), z.std(), *q, q[3] - q[1], q[4] - q[0]]
    slopes = np.zeros_like(rows)
    if T > 4: slopes[2:-2] = (rows[3:-1] - rows[1:-3] + 2 * (rows[4:] - rows[:-4])) / 10
    gliding = said & np.concatenate([[False] * 2, voiced[:-2]]) & np.concatenate([voiced[2:], [False] * 2])
    out = []
    for d in range(n): out += spread(rows[active, d]) + spread(rows[said, d])
    for d in range(n, rows.shape[1]): out += spread(rows[said, d]) if any_voice else [0] * 9
    for d in range(rows.shape[1]):
        m = gliding if d == n else active
        z = slopes[m, d]
        out += [np.abs(z).mean(), z.std(), *np.percentile(z, [5, 95]), z.mean()] if m.sum() >= 3 and (d < n or any_voice) else [0] * 5
    edge = np.diff(np.concatenate([[0], said.astype(int), [0]])); lengths = (np.where(edge == -1)[0] - np.where(edge == 1)[0]) / 10
    seconds = active.sum() / 100
    taper = np.hanning(9); taper /= taper.sum(); smooth = np.convolve(np.pad(level, 4, 'edge'), taper, 'valid')
    peaks = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > loud - 20)
    change = np.diff(smooth); up, down = change[change > 0], -change[change < 0]
    out += [said.sum() / active.sum(), len(lengths) / seconds, lengths.mean(), lengths.std(), active.mean(), peaks.sum() / seconds, up.mean() if len(up) else 0, down.mean() if len(down) else 0]
    if any_voice:
        t = np.where(said)[0] / 100; t = t - t.mean(); z = rows[said, n]; slope = z @ t / max(t @ t, 1e-6); out += [slope, (z - z.mean() - slope * t).std()]
    else: out += [0, 0]
    return np.array(out)


def signal():
    """Two seconds: a voice that glides and grows, a pause, noise as of an s, a deeper and softer voice."""
    random = np.random.default_rng(5)
    t = np.arange(2 * RATE) / RATE
    hz = np.where(t < 1.1, 180 + 70 * np.sin(2 * np.pi * 0.9 * t), 105 + 12 * np.sin(2 * np.pi * 1.3 * t))
    phase = 2 * np.pi * np.cumsum(hz) / RATE
    voice = sum(np.sin(h * phase) * np.exp(-((h * hz - 600) / 500) ** 2) + np.sin(h * phase) * 0.2 * np.exp(-((h * hz - 1900) / 600) ** 2) for h in range(1, 30))
    loud = np.interp(t, [0, 0.1, 0.5, 0.9, 1.0, 1.25, 1.3, 1.8, 1.9, 2], [0, 0.1, 0.25, 0.12, 0, 0, 0.05, 0.08, 0.02, 0])
    x = voice * loud + 0.0008 * random.standard_normal(len(t))
    s = (t > 1.02) & (t < 1.22)
    x[s] += 0.03 * np.diff(random.standard_normal(s.sum() + 1))
    return np.clip(np.round(x * 32768), -32768, 32767).astype("<i2")


samples = signal()
samples.tofile("signal.s16")
rows, voiced = frames(samples.astype("f8") / 32768)
rows.astype("<f4").tofile("rows.f32")
voiced.astype("<f4").tofile("voiced.f32")
described = statistics(rows, voiced)
described.astype("<f4").tofile("statistics.f32")
print(rows.shape, voiced.sum(), described.shape, np.isfinite(described).all())
