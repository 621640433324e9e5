import assert from 'node:assert/strict';
import { Resampler } from '../../../clients/web/resampler.js';

const { inputRate } = JSON.parse(process.argv[2]);
const outputRate = 16000;
// The window is 16 zero crossings a side; 1e-3 is 60 dB down, below the noise of any microphone.
const tolerance = 1e-3;

const sine = (frequency, rate) => Float32Array.from({ length: rate }, (_, i) => Math.sin(2 * Math.PI * frequency * i / rate));
const convert = (input, cut) => {
  const resampler = new Resampler(inputRate, outputRate);
  const output = [];
  for (let at = 0, i = 0; at < input.length; at += cut(i), i++) output.push(...resampler.push(input.subarray(at, at + cut(i))));
  return output;
};

for (const frequency of [100, 1000, 3000]) {
  const expected = sine(frequency, outputRate);
  const converted = convert(sine(frequency, inputRate), () => 128);
  assert.ok(converted.length >= outputRate - 80, `Expected about ${outputRate} samples, got ${converted.length}.`);
  for (let i = 100; i < converted.length - 100; i++)
    assert.ok(Math.abs(converted[i] - expected[i]) < tolerance, `${frequency} Hz: sample ${i} is ${converted[i]}, expected ${expected[i]}.`);
}

if (inputRate > 24000) {
  const alias = convert(sine(10000, inputRate), () => 128).slice(100, -100);
  assert.ok(Math.max(...alias.map(Math.abs)) < 10 * tolerance, 'Expected nothing of 10 kHz, which 16 kHz can not hold.');
}

const noise = sine(777, inputRate).map((x, i) => x * Math.sin(i * i));
assert.deepEqual(convert(noise, i => 1 + (i * 7919) % 700), convert(noise, () => 128));
