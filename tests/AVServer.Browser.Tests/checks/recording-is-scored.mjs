import { readFile } from 'node:fs/promises';
import { args, assert, drop, onPage } from './browser.mjs';

await onPage(async (page, logged) => {
  await drop(page, '#drop', 'take.wav', await readFile(args.file));
  await page.waitForSelector('#scored', { state: 'visible' });
  assert.equal(await page.textContent('#scored-name'), 'take.wav');
  assert.match(await page.textContent('#scored-summary'), new RegExp(`· ${args.words} found`));
  assert.equal(await page.locator('#markers button').count(), args.words);

  const report = await page.evaluate(async () => (await fetch(document.getElementById('download').href)).json());
  assert.equal(report.file, 'take.wav');
  assert.ok(report.durationSeconds > 2.9);
  assert.equal(report.events.filter(event => event.type === 'wakeWord').length, args.words);
  await page.waitForFunction(() => document.getElementById('player').duration > 2.9);

  if (args.words > 0) {
    await page.click('#markers button');
    const word = report.events.find(event => event.type === 'wakeWord');
    await page.waitForFunction(start => Math.abs(document.getElementById('player').currentTime - start) < 2, word.start);
  }
  assert.deepEqual(logged, []);
});
