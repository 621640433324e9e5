import { args, assert, onPage, untilStreams, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  await page.click('#start');
  await untilText(page, '#state', 'connected');
  await page.waitForFunction(() => Number(document.getElementById('level').getAttribute('aria-valuenow')) > -40);
  if (args.tooLoud) await page.waitForSelector('#level .clip', { state: 'visible' });
  else assert.equal(await page.isVisible('#level .clip'), false);

  // The server heard it: its own list has the stream, and its media time goes on.
  const id = await page.textContent('#stream-id');
  await untilStreams(streams => streams.some(stream => stream.streamId === id && stream.mediaTime > 1));
  await page.click('#start');
  await untilText(page, '#state', 'stopped');
  await untilText(page, '#log li.closed', 'completed');
  assert.equal(await page.textContent('#lost'), '0.0 s');
  assert.deepEqual(logged, []);
}, { microphone: args.microphone, again: true });
