import assert from 'node:assert/strict';
import { Calibration, describeRate } from '../../../clients/web/calibration.js';

const { table, choices } = JSON.parse(process.argv[2]);
const calibration = new Calibration(table);
for (const { threshold, frr, range, target } of choices) {
  const { rate, bound } = calibration.rateAt(threshold);
  if (range === 'Inside') assert.ok(Math.abs(Math.log(rate / target)) < 1e-9, `${target} an hour is ${threshold} to the server, which is ${rate} to the page.`);
  else assert.ok(range === 'BelowTable' ? rate >= target : rate <= target, `${range}: ${rate} and ${target}`);
  assert.equal(bound, '');
  assert.ok(Math.abs(calibration.missesAt(threshold) - frr) < 1e-9, `Misses ${frr} to the server, ${calibration.missesAt(threshold)} to the page.`);
}
assert.equal(calibration.rateAt(0).bound, 'above');
assert.equal(calibration.rateAt(1).bound, 'below');
assert.ok(choices.length > 5);

for (const [rate, words] of [
  [{ rate: 1, bound: '' }, '1 false alarm per hour'],
  [{ rate: 0.999, bound: '' }, '1 false alarm per hour'],
  [{ rate: 3.14, bound: '' }, '3.1 false alarms per hour'],
  [{ rate: 129.5, bound: 'above' }, 'more than 130 false alarms per hour'],
  [{ rate: 0.25, bound: '' }, '1 false alarm in 4 hours'],
  [{ rate: 1 / 240, bound: 'below' }, 'less than 1 false alarm in 10 days'],
]) assert.equal(describeRate(rate), words);
