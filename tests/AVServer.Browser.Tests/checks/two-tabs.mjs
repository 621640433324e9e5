import { args, assert, onPage, untilStreams, untilText } from './browser.mjs';

await onPage(async (first, logged) => {
  const second = await first.context().newPage();
  await second.goto(args.address);
  const pages = [first, second];
  for (const page of pages) {
    await page.bringToFront();
    await page.click('#start');
    await untilText(page, '#state', /^connected$/);
    await page.locator('#log li.opened').first().waitFor();
  }
  const ids = await Promise.all(pages.map(page => page.textContent('#stream-id')));
  assert.notEqual(ids[0], ids[1]);
  await untilStreams(streams => ids.every(id => streams.some(stream => stream.streamId === id && stream.mediaTime > 0.5)));

  // Each has its own events only; the one goes on when the other ends.
  for (const page of pages) assert.equal(await page.locator('#log li.opened').count(), 1);
  await second.close();
  await first.bringToFront();
  await untilStreams(streams => streams.some(stream => stream.streamId === ids[0]) && !streams.some(stream => stream.streamId === ids[1]));
  await untilText(first, '#state', /^connected$/);
  assert.equal(await first.locator('#log li').count(), 1);
  assert.deepEqual(logged, []);
}, { microphone: args.microphone });
