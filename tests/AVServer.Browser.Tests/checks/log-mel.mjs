import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { LogMel } from '../../../clients/web/log-mel.js';

const tolerance = 1e-3;                  // as the server's own test has it
const { signal, expected } = JSON.parse(process.argv[2]);
const view = async (path, Type) => { const bytes = await readFile(path); return new Type(bytes.buffer, bytes.byteOffset, bytes.byteLength / Type.BYTES_PER_ELEMENT); };
const [samples, golden] = [await view(signal, Int16Array), await view(expected, Float32Array)];

const mel = new LogMel();
const columns = [];
for (let at = 0, i = 0; at < samples.length; i++) {
  const count = 1 + (i * 7919) % 1500;
  columns.push(...mel.push(samples.subarray(at, at + count)));
  at += count;
}
assert.equal(columns.length * LogMel.bands, golden.length);
columns.forEach((column, frame) => column.forEach((energy, band) => {
  const wanted = golden[frame * LogMel.bands + band];
  assert.ok(Math.abs(energy - wanted) < tolerance, `Frame ${frame}, band ${band}: ${energy}, expected ${wanted}.`);
}));
