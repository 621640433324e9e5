import { readFile } from 'node:fs/promises';
import { args, assert, drop, onPage, shoot, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  const card = page.locator('#emotion-card');
  await card.waitFor();
  assert.deepEqual(await card.locator('[data-emotion] dt').allTextContents(), args.labels);
  await page.click('#start');
  await untilText(page, '#state', 'connected');

  await page.locator('#transcript li').first().waitFor();
  assert.match(await page.locator('#transcript li').first().textContent(), /door|kids|talk/);
  await page.locator('#emotion[data-final=true]').waitFor();
  const shares = (await card.locator('[data-emotion] output').allTextContents()).map(Number);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 0.05, `Expected posteriors that add up to 1, got ${shares}.`);
  const best = await page.textContent('#emotion');
  assert.ok([...args.labels, 'unsure'].includes(best), `Expected an emotion or unsure, got ${best}.`);
  if (best !== 'unsure') assert.equal(await card.locator('[data-best=true] dt').textContent(), best);
  assert.match(await page.textContent('#emotion-notice'), /not of what the speaker feels/);
  assert.match(await page.locator('#log li.emotion').first().textContent(), /Sounds .* by sound/);
  assert.ok(await page.locator('#log li.speech').count() > 0, 'Expected the words in the log.');
  await shoot(page, 'speech');
  await page.click('#start');
  await untilText(page, '#state', 'stopped');

  await drop(page, '#drop', 'sentence.wav', await readFile(args.file));
  await page.locator('#markers .segment .place').first().waitFor();
  assert.match(await page.locator('#markers .segment .place').first().textContent(), /sounds \w+.*“.*door.*”/);
  assert.deepEqual(logged, []);
}, { microphone: args.microphone, again: true });
