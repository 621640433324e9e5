// A file is read no faster than the server takes it: of one that is far larger than all buffers on the way, most isn't even looked at.
import assert from 'node:assert/strict';
import { connect } from '../../../clients/web/avserver.js';
import { startProxy } from './proxy.mjs';

const { address } = JSON.parse(process.argv[2]);
const size = 256 << 20;
const header = new DataView(new ArrayBuffer(44));   // WAV, 16 kHz, 16 bit, mono
[[0, 'RIFF'], [8, 'WAVE'], [12, 'fmt '], [36, 'data']].forEach(([at, tag]) => [...tag].forEach((c, i) => header.setUint8(at + i, c.charCodeAt(0))));
[[4, size - 8], [16, 16], [24, 16000], [28, 32000], [40, size - 44]].forEach(([at, value]) => header.setUint32(at, value, true));
[[20, 1], [22, 1], [32, 2], [34, 16]].forEach(([at, value]) => header.setUint16(at, value, true));

let readTo = 0;
const silence = {
  name: 'silence.wav',
  size,
  slice(from, to) {
    readTo = Math.max(readTo, to);
    const bytes = new Uint8Array(to - from);
    if (from === 0) bytes.set(new Uint8Array(header.buffer));
    return new Blob([bytes]);
  },
};

const proxy = await startProxy(address);
proxy.takes = 1 << 20;
const sending = connect({ url: proxy.address }).publishFile(silence, { streamId: 'waits' });
sending.catch(() => {});
let [before, still] = [-1, 0];
while (still < 10) {                                // until nothing has moved for a second
  await new Promise(resolve => setTimeout(resolve, 100));
  still = readTo === before && readTo > 0 ? still + 1 : 0;
  before = readTo;
}
assert.ok(readTo >= proxy.takes, `Expected at least what the server took, got ${readTo} bytes.`);
assert.ok(readTo < size / 4, `Expected the reader to wait, it has read ${readTo} of ${size} bytes.`);
await proxy.close();
await assert.rejects(sending, { name: 'StreamRefused' });
