import { readFile } from 'node:fs/promises';
import { args, assert, onPage } from './browser.mjs';

await onPage(async page => {
  const base64 = (await readFile(args.file)).toString('base64');
  const { seen, closed, refusal } = await page.evaluate(async base64 => {
    const { connect } = await import('/avserver.js');
    const server = connect();
    const file = new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], 'tone.wav');
    const seen = [];
    const reading = (async () => {
      for await (const event of server.subscribe({ streamId: 'from-the-module', after: '0:0' })) {
        seen.push(event);
        if (event.type === 'closed') return;
      }
    })();
    const closed = await server.publishFile(file, { streamId: 'from-the-module' });
    await reading;
    const refusal = await server.publishFile(file, { streamId: 'no such id!' }).then(() => null, error => ({ name: error.name, code: error.code }));
    return { seen, closed, refusal };
  }, base64);

  assert.equal(seen[0].type, 'opened');
  assert.deepEqual(seen.map(event => event.sequence), seen.map((_, i) => i + 1));
  assert.equal(closed.reason, 'completed');
  assert.ok(Math.abs(closed.duration - 3) < 0.1, `Expected 3 s of media, got ${closed.duration}.`);
  assert.deepEqual(refusal, { name: 'StreamRefused', code: 'badRequest' });
});
