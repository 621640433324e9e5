import { args, assert, onPage, shoot, untilText } from './browser.mjs';

await onPage(async page => {
  const word = page.locator(`#keywords li[data-keyword="${args.word}"]`);
  const said = async (name, button) => page.getByRole('button', { name: `${button} “${name}”` }).or(
    page.getByRole('button', { name: `${button} “${name}” three times` })).first();
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
  await (await said(args.word, 'Record')).click();
  await page.locator('#keyword-status[data-state=good]').filter({ hasText: `“${args.word}” is known by this voice. Of the 3 recordings` }).waitFor({ timeout: 60_000 });
  for (const take of [1, 2, 3]) assert.ok(told.includes(`Say “${args.word}” now: ${take} of 3.`), told.join('; '));
  await word.filter({ hasText: 'recorded 3 times' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'record');
  await shoot(page, 'word-recorded', { element: '#keywords-card' });

  // What is said isn't the other word: it is refused, and stays as it was.
  await (await said(args.other, 'Record')).click();
  await page.locator('#keyword-status[data-state=bad]').filter({ hasText: `Expected '${args.other}' in each recording` }).waitFor({ timeout: 60_000 });
  assert.ok(!(await page.locator(`#keywords li[data-keyword="${args.other}"]`).textContent()).includes('recorded'));

  await page.getByRole('button', { name: `Forget the recordings of “${args.word}”` }).click();
  await untilText(page, '#keyword-status', `“${args.word}” is known by its text alone.`);
  assert.ok(!(await word.textContent()).includes('recorded'));
}, { microphone: args.microphone, again: true });
