import { readFile } from 'node:fs/promises';
import { args, assert, drop, onPage } from './browser.mjs';

await onPage(async page => {
  await drop(page, '#drop', 'garbage.wav', await readFile(args.file));
  await page.waitForSelector('#message', { state: 'visible' });
  const message = await page.textContent('#message');
  assert.match(message, /^garbage\.wav: \S.{20,}/);
  assert.equal(await page.isVisible('#scored'), false);
  assert.equal(await page.isVisible('#drop'), true);
  assert.equal(await page.isVisible('#progress'), false);
});
