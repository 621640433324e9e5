import { args, assert, onPage, shoot, untilText } from './browser.mjs';

await onPage(async page => {
  const word = page.locator(`#keywords li[data-keyword="${args.word}"]`);
  const record = name => page.getByRole('button', { name: `Record “${name}” three times` });
  const status = (state, text) =>
    page.locator(`#keyword-status[data-state=${state}]`).filter({ hasText: text }).waitFor({ timeout: 60_000 });
  await page.locator('#keywords-card').waitFor();
  for (const text of [args.other, args.word]) {
    await page.fill('#keyword-text', text);
    await page.keyboard.press('Enter');
    await untilText(page, '#keyword-status', `Listening for “${text}” from now on.`);
  }

  // The microphone says the word again and again: three takes, each told before it begins.
  const told = [];
  await page.exposeFunction('tell', text => told.push(text));
  await page.evaluate(() => new MutationObserver(() => tell(document.querySelector('#keyword-status').textContent))
    .observe(document.querySelector('#keyword-status'), { childList: true }));
  await record(args.word).click();
  await status('good', `“${args.word}” is known by this voice. Of the 3 recordings`);
  for (const take of [1, 2, 3]) assert.ok(told.includes(`Say “${args.word}” now: ${take} of 3.`), told.join('; '));
  await word.filter({ hasText: 'recorded 3 times' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'record');
  await shoot(page, 'word-recorded', { element: '#keywords-card' });

  // What is said isn't the other word: it is refused, and stays as it was.
  await record(args.other).click();
  await status('bad', `Expected '${args.other}' in each recording`);
  assert.ok(!(await page.locator(`#keywords li[data-keyword="${args.other}"]`).textContent()).includes('recorded'));

  await page.getByRole('button', { name: `Forget the recordings of “${args.word}”` }).click();
  await untilText(page, '#keyword-status', `“${args.word}” is known by its text alone.`);
  assert.ok(!(await word.textContent()).includes('recorded'));
}, { microphone: args.microphone, again: true });
