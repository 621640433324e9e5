import { assert, onPage, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  await untilText(page, '#feed-state', /^SignalR$/);
  await untilText(page, '#round-trip', /^\d+ ms$/);
  const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  assert.ok(scroll <= client, `Expected no sideways scrolling at 360 px, got a page ${scroll} px wide.`);

  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'start');
  await page.keyboard.press('Enter');
  await untilText(page, '#state', 'connected');
  await untilText(page, '#start', 'Stop');
  await page.keyboard.press('Enter');
  await untilText(page, '#state', 'stopped');
  assert.deepEqual(logged, []);
}, { viewport: { width: 360, height: 740 } });
