import { readFile } from 'node:fs/promises';
import { args, assert, drop, onPage, shoot, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  const card = page.locator('#emotion-card');
  await card.waitFor();
  assert.deepEqual(await card.locator('[data-emotion] dt').allTextContents(), args.labels);
  assert.equal(await page.locator('#emotion-off').isVisible(), false);
  await page.click('#start');
  await untilText(page, '#state', 'connected');

  await page.locator('#transcript li').filter({ hasText: /door|kids|talk/ }).first().waitFor();
  // At one moment: the next estimate may come between two questions.
  const { best, bars } = await (await page.waitForFunction(() => {
    const label = document.getElementById('emotion');
    return label.dataset.final === 'true' && {
      best: label.textContent,
      bars: [...document.querySelectorAll('#emotions [data-emotion]')].map(bar => ({ label: bar.dataset.emotion, share: Number(bar.querySelector('output').textContent), isBest: bar.dataset.best === 'true' })),
    };
  })).jsonValue();
  const sum = bars.reduce((sum, bar) => sum + bar.share, 0);
  assert.ok(Math.abs(sum - 1) < 0.05, `Expected posteriors that add up to 1, got ${JSON.stringify(bars)}.`);
  assert.ok([...args.labels, 'unsure'].includes(best), `Expected an emotion or unsure, got ${best}.`);
  assert.deepEqual(bars.filter(bar => bar.isBest).map(bar => bar.label), best === 'unsure' ? [] : [best]);
  assert.match(await page.textContent('#emotion-notice'), /not of what the speaker feels/);
  await page.locator('#log li.emotion').filter({ hasText: /Sounds .* by sound/ }).first().waitFor();
  await page.locator('#log li.speech').first().waitFor();
  await shoot(page, 'speech');
  await page.click('#start');
  await untilText(page, '#state', 'stopped');

  await drop(page, '#drop', 'sentence.wav', await readFile(args.file));
  await page.locator('#markers .segment .place').first().waitFor();
  assert.match(await page.locator('#markers .segment .place').first().textContent(), /sounds \w+.*“.*door.*”/);
  assert.deepEqual(logged, []);
}, { microphone: args.microphone, again: true });
