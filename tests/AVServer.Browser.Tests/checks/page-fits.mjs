import { readFile } from 'node:fs/promises';
import { args, assert, assertNoSidewaysScroll, drop, onPage, shoot, untilText } from './browser.mjs';

await onPage(async (page, logged, requested) => {
  await untilText(page, '#feed-state', /^SignalR$/);
  await untilText(page, '#round-trip', /^\d+ ms$/);
  await page.locator('#models li').first().waitFor();
  await assertNoSidewaysScroll(page);
  await shoot(page, `${args.name}-before`);

  // By keyboard alone: the first stop is the button that starts.
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'start');
  await page.keyboard.press('Enter');
  await untilText(page, '#state', 'connected');
  await untilText(page, '#start', 'Stop');
  if (args.microphone) {
    await page.locator('#log li.wakeWord').first().waitFor();
    await untilText(page, '#announce', /computer/);
    await page.locator('#log li.wakeWord [data-verdict=good]').last().click();
    await untilText(page, '#threshold-peaks', /would have triggered/);
    await shoot(page, `${args.name}-word`, { whole: false });
    if (args.speech) {
      await page.locator('#transcript li').first().waitFor();
      await page.locator('#emotion[data-final=true]').waitFor();
      await shoot(page, `${args.name}-speech`, { whole: false });
    }
  }
  await assertNoSidewaysScroll(page);

  if (args.file) {
    await drop(page, '#drop', 'meeting.wav', await readFile(args.file));
    await page.waitForSelector('#scored', { state: 'visible' });
    await page.waitForFunction(() => document.getElementById('player').duration > 1);
    await page.waitForSelector('#timeline[aria-busy=false]');
    if (args.speech) await page.locator('#emotion[data-final=true]').waitFor();
    await assertNoSidewaysScroll(page);
  }
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
  assert.equal(ground[0] < 128, args.scheme === 'dark', `Expected a ground that is ${args.scheme}, got ${ground}.`);
  await shoot(page, args.name);
  if (args.file) await shoot(page, `${args.name}-recording`, { element: '#file-card' });

  await page.focus('#start');
  await page.keyboard.press('Enter');
  await untilText(page, '#state', 'stopped');
  const foreign = requested.filter(url => !/^(blob|data):/.test(url) && new URL(url).host !== new URL(args.address).host);
  assert.deepEqual(foreign, [], 'Expected nothing from elsewhere.');
  assert.deepEqual(logged, []);
}, { microphone: args.microphone, again: true, viewport: { width: args.width, height: args.height }, scheme: args.scheme, calm: args.calm });
