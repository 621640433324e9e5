#!/usr/bin/env python3
"""Writes what NumPy measures of made-up mouths; see PROVENANCE.md. Run in this folder: /usr/bin/python3 generate.py"""
import numpy as np

RIGID = [33, 263, 133, 362, 168, 6, 197, 195, 5, 4, 10, 151, 9, 127, 356, 234, 454, 93, 323, 50, 280]
MEAN = np.array([
    -0.5, -0.0937, -0.0087, 0.5, -0.0937, -0.0087, -0.1947, -0.0829, -0.0669, 0.1947, -0.0829, -0.0669,
    0, -0.1644, -0.2489, 0, -0.0799, -0.3025, 0, 0.0002, -0.3634, 0, 0.0748, -0.4283, 0, 0.1555, -0.4963,
    0, 0.2576, -0.53, 0, -0.7396, -0.161, 0, -0.5523, -0.2146, 0, -0.3496, -0.2602,
    -0.7688, 0.0165, 0.5347, 0.7688, 0.0165, 0.5347, -0.7587, 0.1924, 0.5755, 0.7587, 0.1924, 0.5755,
    -0.7466, 0.3657, 0.5708, 0.7466, 0.3657, 0.5708, -0.5269, 0.3008, -0.1029, 0.5269, 0.3008, -0.1029]).reshape(21, 3)
MOUTH = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409,
         78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415,
         152, 18, 200, 199, 2, 164, 57, 287, 43, 273]
FACES, SIDE = 6, 32

def points(face):
    """Kabsch's method by singular values."""
    own = face[RIGID]; middle = own.mean(0); own = own - middle; mean = MEAN - MEAN.mean(0)
    u, s, vt = np.linalg.svd(own.T @ mean)
    d = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    turn = u @ d @ vt
    scale = (s * np.diag(d)).sum() / (own ** 2).sum()
    return (face[MOUTH] - middle) @ turn * scale

def terms(picture):
    k, n = np.arange(12)[:, None], np.arange(SIDE)[None]
    cosines = np.sqrt(np.where(k == 0, 1, 2) / SIDE) * np.cos(np.pi / SIDE * k * (n + 0.5))
    t = cosines @ picture @ cosines.T
    return np.concatenate([[t[i, j] for i in range(12) for j in range(12 - i)], [picture.std()]])

rng = np.random.RandomState(20261130)
faces = []
for i in range(FACES):
    face = rng.randn(468, 3) * 0.3
    face[RIGID] = MEAN + rng.randn(21, 3) * 0.03
    a, b, c = rng.uniform(-0.6, 0.6, 3)
    x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    faces.append((face @ (x @ y @ z).T * rng.uniform(40, 300) + rng.uniform(-50, 400, 3)).astype(np.float32))
np.stack(faces).astype("<f4").tofile("landmarks.f32")
np.stack([points(f.astype(np.float64)) for f in faces]).astype("<f4").tofile("points.f32")
picture = rng.randint(0, 256, (SIDE, SIDE)).astype(np.uint8)
picture.tofile("picture.u8")
terms(picture.astype(np.float64)).astype("<f4").tofile("terms.f32")
