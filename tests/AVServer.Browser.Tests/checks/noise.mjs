import assert from 'node:assert/strict';
import { NoiseMixer } from '../../../clients/web/noise-mixer.js';

let seed = 1;
const random = () => (seed = seed * 1103515245 + 12345 & 0x7fffffff) / 0x7fffffff;
const decibels = samples => 10 * Math.log10(samples.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / samples.length);
const chunk = amplitude => Int16Array.from({ length: 1280 }, (_, i) => amplitude * Math.sin(2 * Math.PI * 440 * i / 16000));

const mixer = new NoiseMixer(random);
assert.equal(mixer.snrDb, undefined);
const quiet = chunk(0);
mixer.mix(quiet);
assert.ok(quiet.every(sample => sample === 0), 'Expected nothing to be mixed in at first.');

mixer.set(0.75);
assert.equal(mixer.levelDb, -24);
const mixed = [];
for (let i = 0; i < 100; i++) {
  const silence = chunk(0);
  mixer.mix(silence);
  mixed.push(...silence);
}
assert.ok(Math.abs(decibels(mixed) + 24) < 1, `Expected noise of -24 dB, got ${decibels(mixed)}.`);
assert.equal(mixer.snrDb, undefined, 'Expected nothing to be said before somebody speaks.');

// Speech of -21 dB, which the mixer hears before the noise is in it.
for (let i = 0; i < 20; i++) mixer.mix(chunk(0.126 * 32768));
assert.ok(Math.abs(mixer.snrDb - 3) < 0.5, `Expected 3 dB, got ${mixer.snrDb}.`);
mixer.set(0);
assert.ok(mixer.snrDb > 50);
const loud = chunk(32767);
mixer.set(1);
mixer.mix(loud);
assert.ok(loud.every(sample => sample >= -32768 && sample <= 32767) && decibels(loud) > -4, 'Expected sound that is clipped, not wrapped.');
