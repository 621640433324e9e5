# Writes head.json beside itself: the head behind a speech encoder and its fit, by NumPy and scikit-learn (Debian's python3-numpy and python3-sklearn).
#   /usr/bin/python3 tests/golden/emotion-head/generate.py
import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression

random = np.random.default_rng(20261129)
VALUES, LABELS, PRIOR, BOUND = 5, 4, 10.0, 0.5
rounded = lambda x: [float(np.float32(v)) for v in np.asarray(x).ravel()]

people_mean = np.float32(random.normal(0, 3, VALUES)).astype(float)
people_deviation = np.float32(random.uniform(0.3, 4, VALUES)).astype(float)
weights = np.float32(random.normal(0, 1, (LABELS, VALUES))).astype(float)
biases = np.float32(random.normal(0, 1, LABELS)).astype(float)


def logits(description, before, seconds_each, votes):
    # The speaker's statistics by their definition, from the utterances themselves.
    heard = sum(seconds_each)
    x = (description - people_mean) / people_deviation
    if heard > 0:
        share = np.array(seconds_each)[:, None] / heard
        units = (np.array(before) - people_mean) / people_deviation
        own_mean = (share * units).sum(0)
        centre = heard * own_mean / (heard + PRIOR)
        variance = (heard * (share * (units - centre) ** 2).sum(0) + PRIOR) / (heard + PRIOR)
    else:
        centre, variance = np.zeros(VALUES), np.ones(VALUES)
    heard_logits = weights @ ((x - centre) / np.sqrt(variance)) + biases
    total = np.sum(votes, axis=0) if len(votes) else np.zeros(LABELS)
    return heard_logits + BOUND * np.tanh(total - total.mean())


cases = []
for before, words in [(0, 0), (1, 2), (3, 0), (12, 5)]:
    description = np.float32(random.normal(0, 4, VALUES)).astype(float)
    earlier = np.float32(random.normal(1, 3, (before, VALUES))).astype(float)
    seconds = [float(s) for s in np.float32(random.uniform(0.5, 7, before))]
    votes = np.float32(random.normal(0, 1, (words, LABELS))).astype(float)
    cases.append({'description': rounded(description), 'before': [rounded(row) for row in earlier], 'seconds': seconds, 'votes': [rounded(row) for row in votes],
                  'logits': [float(v) for v in logits(description, earlier, seconds, votes)]})

# The fit: mean loss with each label weighing the same, plus decay / 2 * sum of squares; scikit-learn's C = 1 / (decay * rows) for weights whose sum is rows.
rows, decay = 90, 0.2
labels = np.concatenate([np.full(50, 0), np.full(25, 1), np.full(15, 2)])
examples = np.float32(random.normal(0, 1, (rows, 3)) + labels[:, None] * np.array([0.8, -0.5, 0.1])).astype(float)
fit = LogisticRegression(C=1 / (decay * rows), class_weight='balanced', max_iter=10000, tol=1e-10).fit(examples, labels)

json.dump({
    'values': VALUES, 'labels': LABELS, 'priorSeconds': PRIOR, 'wordBound': BOUND,
    'mean': rounded(people_mean), 'istd': [float(v) for v in 1 / people_deviation], 'weights': rounded(weights), 'biases': rounded(biases), 'cases': cases,
    'fit': {'decay': decay, 'examples': rounded(examples), 'labels': [int(v) for v in labels], 'weights': [float(v) for v in fit.coef_.ravel()],
            'biases': [float(v) for v in fit.intercept_ - fit.intercept_.mean()]},
}, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'head.json'), 'w'), indent=1)
