import assert from 'node:assert/strict';
import { ScorePeaks } from '../../../clients/web/score-peaks.js';
import { formatScore, heightOf, scoreAt } from '../../../clients/web/score-scale.js';

const peaks = new ScorePeaks(1);
const scores = [[1, 0.3], [1.08, 0.9], [1.16, 0.7], [2, 0.01], [2.1, 0.95], [5, 0.6], [5.4, 0.2], [5.8, 0.99], [9, 0.04]];
for (const [time, score] of scores) peaks.add(time, score);
const seen = threshold => peaks.at(threshold).map(({ time, score, triggers }) => [time, score, triggers]);

// The second peak begins 1.02 s after the first triggered at 1.08 s; at 0.3 the first triggers earlier still.
assert.deepEqual(seen(0.8), [[1.08, 0.9, true], [2.1, 0.95, true], [5.8, 0.99, true]]);
assert.deepEqual(seen(0.92), [[1.08, 0.9, false], [2.1, 0.95, true], [5.8, 0.99, true]]);
assert.deepEqual(seen(0.999).map(([, , triggers]) => triggers), [false, false, false]);
peaks.refractorySeconds = 1.5;
assert.deepEqual(seen(0.8).map(([, , triggers]) => triggers), [true, false, true]);

const forgetful = new ScorePeaks(1, 10);
for (const [time, score] of [[0, 0.5], [5, 0.5], [12, 0.5]]) forgetful.add(time, score);
assert.deepEqual(forgetful.at(0.4).map(peak => peak.time), [5, 12]);

for (const score of [0.002, 0.1, 0.5, 0.95, 0.9999, 0.99999]) assert.ok(Math.abs(scoreAt(heightOf(score)) - score) < 1e-12);
assert.deepEqual([heightOf(0), heightOf(1), scoreAt(-1) > 0, scoreAt(2) < 1], [0, 1, true, true]);
assert.deepEqual([0.5, 0.9, 0.977, 0.9995, 0.002, 1].map(formatScore), ['0.50', '0.90', '0.977', '0.99950', '0.0020', '1.00']);
