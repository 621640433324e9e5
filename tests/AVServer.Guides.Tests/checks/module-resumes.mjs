// A connection that is cut while events happen costs the reader of a stream none of them, and gives none twice.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from '../../../clients/web/avserver.js';
import { startProxy } from './proxy.mjs';

const { address, file } = JSON.parse(process.argv[2]);
const proxy = await startProxy(address);
const direct = connect({ url: address });
const hello = new File([await readFile(file)], 'hello.wav');
const send = () => direct.publishFile(hello, { streamId: 'resumed' });

const [seen, states] = [[], []];
const reading = (async () => {
  const server = connect({ url: proxy.address });
  const onState = state => states.push(state);
  for await (const event of server.subscribe({ streamId: 'resumed', after: '0:0' }, { onState })) {
    seen.push(event);
    if (event.type !== 'closed') continue;
    if (seen.filter(({ type }) => type === 'closed').length === 2) return;
    proxy.cut();
    await send();                          // happens while the reader is away
    proxy.refuses = false;
  }
})();
await send();
await reading;
// Who was cut off before its first event, and named no place, misses nothing either; who reads all streams is told that it did.
let connected = 0;
const onState = state => {
  if (state !== 'connected' || ++connected !== 2) return;
  setTimeout(async () => {
    proxy.cut();
    await direct.publishFile(hello, { streamId: 'early' });
    proxy.refuses = false;
  }, 500);                               // both subscriptions are there by then
};
const [first, lost] = await Promise.all([{ streamId: 'early' }, {}].map(async filter => {
  // Other streams of the server go on meanwhile: who reads all hears them too.
  for await (const event of connect({ url: proxy.address }).subscribe(filter, { onState }))
    if (filter.streamId || event.type === 'lost' || event.streamId === 'early') return event;
}));
assert.deepEqual([first.type, first.sequence], ['opened', 1]);
assert.deepEqual([lost.type, lost.reason], ['lost', 'allStreams']);
await proxy.close();

assert.deepEqual(seen.map(event => event.sequence), seen.map((_, i) => i + 1));
assert.equal(seen.filter(event => event.type === 'wakeWord').length, 2);
assert.ok(states.includes('reconnecting') && states.at(-1) === 'connected', `Expected a new connection, got ${states}.`);
await assert.rejects(direct.publishFile(hello, { streamId: 'no such id!' }), { name: 'StreamRefused', code: 'badRequest' });
await assert.rejects(direct.publishFile(hello, {}), TypeError);
await assert.rejects(direct.subscribe({ streamId: 'no such id!' }).next(), { name: 'ServerRefused', code: 'badRequest' });
await assert.rejects(connect({ url: 'http://127.0.0.1:1' }).models(), { name: 'ServerRefused', code: 'unreachable' });
assert.throws(() => connect(), TypeError);      // in Node a module comes from no server
