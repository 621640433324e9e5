import { assert, onPage, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  await untilText(page, '#feed-state', /^SignalR$/);
  await page.locator('#models li').first().waitFor();
  await page.focus('#start');
  await page.keyboard.press('Enter');
  await untilText(page, '#state', 'connected');
  assert.deepEqual(logged, [], 'Expected a page that its policy lets work.');

  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true;';
    document.head.append(script);
    return window.ranInline === true;
  });
  assert.equal(ran, false, 'Expected that nothing inline runs.');
  while (logged.length === 0) await new Promise(resolve => setTimeout(resolve, 20));
  assert.match(logged.join('\n'), /Content Security Policy/);
});
