// A camera without a microphone is a stream of its own: its media time moves on, and it ends when it is stopped.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const { address } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
});
try {
  const page = await browser.newPage();
  await page.goto(address);
  const { tracks, moved, closed, deviceId } = await page.evaluate(async () => {
    const { connect } = await import('/avserver.js');
    const server = connect();
    const publication = await server.publishCamera({ streamId: 'camera', microphone: false });
    let moved = 0;
    while (moved < 0.5) {
      await new Promise(resolve => setTimeout(resolve, 100));
      moved = (await server.streams()).find(stream => stream.streamId === 'camera').mediaTime;
    }
    const tracks = publication.cameraStream.getTracks().map(track => track.kind);
    await publication.stop();
    for await (const closed of server.subscribe({ streamId: 'camera', after: '0:0', types: ['closed'] }))
      return { tracks, moved, closed, deviceId: publication.deviceId };
  });
  assert.deepEqual(tracks, ['video']);
  assert.equal(deviceId, undefined);
  assert.equal(closed.reason, 'completed');
  assert.ok(closed.duration >= moved, `Expected at least ${moved} s, got ${closed.duration}.`);
} finally {
  await browser.close();
}
