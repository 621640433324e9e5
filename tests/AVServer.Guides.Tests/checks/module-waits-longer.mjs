// The waits between attempts to reconnect, on a clock of the check's own.
import assert from 'node:assert/strict';
import { ReconnectDelays } from '../../../clients/web/reconnect-delays.js';

let now = 0;
performance.now = () => now;
const delays = new ReconnectDelays(250, 10_000);
const next = longest => {
  const delay = delays.next();
  assert.ok(delay >= longest / 2 && delay <= longest, `Expected ${longest / 2} to ${longest} ms, got ${delay}.`);
};
for (const longest of [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) next(longest);
delays.connected();
now += 4_900;
next(10_000);
delays.connected();
now += 5_000;
next(250);
assert.notEqual(new Set(Array.from({ length: 5 }, () => new ReconnectDelays(250, 10_000).next())).size, 1);
