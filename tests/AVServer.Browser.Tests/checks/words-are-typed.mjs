import { args, assert, assertNoSidewaysScroll, onPage, shoot, untilText } from './browser.mjs';

await onPage(async page => {
  await page.locator('#keywords-card').waitFor();
  if (args.microphone) {
    await page.click('#start');
    await untilText(page, '#state', /^connected$/);
  }

  // By keyboard alone: the stream that is open listens for the word at once.
  await page.focus('#keyword-text');
  await page.keyboard.type(args.word);
  await page.keyboard.press('Enter');
  const word = page.locator(`#keywords li[data-keyword="${args.word}"]`);
  await word.waitFor();
  await untilText(page, '#keyword-status', `Listening for “${args.word}” from now on.`);
  assert.match(await word.textContent(), /[A-Z]+ [A-Z ]+\(lexicon\).* · threshold \d\.\d{5} · 0\.5 false alarms per hour/);
  assert.ok((await page.textContent('#words')).includes(`“${args.word}”`));
  assert.equal(await page.inputValue('#keyword-text'), '');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'keyword-text');
  if (args.microphone) {
    await page.locator('#log li.wakeWord').filter({ hasText: args.word }).first().waitFor();

    // Its scores are drawn with its threshold, which stands for false alarms and can be tried.
    const offered = await page.locator('#word option').allTextContents();
    const own = offered.findIndex(text => text.startsWith(`${args.word} · `));
    assert.ok(own >= 0, `Expected '${args.word}' to be offered, got ${offered.join(', ')}.`);
    await page.selectOption('#word', String(own));
    await untilText(page, '#threshold-peaks', /, [1-9]\d* would have triggered/);
    assert.match(await page.textContent('#threshold-rate'), /false alarm/);
    assert.match(await page.getAttribute('#threshold-copy', 'title'), new RegExp(`^av words add "${args.word}" --false-alarms 0\\.\\d+$`));
    await page.focus('#curve + .threshold');
    await page.keyboard.press('End');
    await untilText(page, '#threshold-peaks', /, 0 would have triggered/);
    await page.keyboard.press('Escape');
    await page.click('#start');
    await untilText(page, '#state', /^stopped$/);
    await page.focus('#keyword-text');
  }

  // What speaks against a word stands beside it, and the status line says it too.
  await page.keyboard.type('bob');
  await page.keyboard.press('Enter');
  const warning = page.locator('#keywords li[data-keyword=bob] .warning');
  await warning.filter({ hasText: '3 phones (B AA B) in 1 syllable' }).waitFor();
  await page.locator('#keyword-status[data-state=wait]').filter({ hasText: 'Listening for “bob”' }).waitFor();
  const told = ['Listening for “bob” from now on.', ...await warning.allTextContents()].join(' ');
  assert.equal(await page.textContent('#keyword-status'), told);
  await assertNoSidewaysScroll(page);
  await shoot(page, 'words', { element: '#keywords-card' });

  // A word that can't be taken stays in the field, with the reason.
  await page.keyboard.type(args.bad);
  await page.keyboard.press('Enter');
  await page.locator('#keyword-status[data-state=bad]').filter({ hasText: 'Expected' }).waitFor();
  assert.equal(await page.inputValue('#keyword-text'), args.bad);

  // Removing one leaves the focus on the next, and after the last on the field.
  await page.getByRole('button', { name: `Remove “${args.word}”` }).focus();
  await page.keyboard.press('Enter');
  await word.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement.closest('li')?.dataset.keyword === 'bob');
  await page.keyboard.press('Enter');
  await page.locator('#keywords li').first().waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement.id === 'keyword-text');
  assert.ok(!(await page.textContent('#words')).includes(args.word));

  // Words that others add are there when the page is opened.
  await page.evaluate(async text => {
    const { connect } = await import('/avserver.js');
    await connect().addKeyword({ text, streams: ['kitchen'] });
  }, args.word);
  await page.reload();
  await word.filter({ hasText: 'on kitchen only' }).waitFor();
}, { microphone: args.microphone, again: true, viewport: { width: args.width, height: 800 } });
