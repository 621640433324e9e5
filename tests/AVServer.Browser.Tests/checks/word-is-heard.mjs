import { args, assert, onPage, untilText } from './browser.mjs';

await onPage(async page => {
  await page.click('#start');
  await untilText(page, '#state', 'connected');
  const word = page.locator('#log li.wakeWord').first();
  await word.waitFor();
  assert.equal(await word.locator('strong').textContent(), args.keyword);

  const [start, end] = /(\d+\.\d+)–(\d+\.\d+) s/.exec(await word.textContent()).slice(1).map(Number);
  assert.ok(start > 1 && end > start && end - start < 2, `Expected a word of less than 2 s after the silence, got ${start}–${end} s.`);
  const latency = Number(await word.getAttribute('data-latency-ms'));
  assert.ok(latency > 0 && latency < 2000, `Expected a latency of 0 to 2000 ms, got ${latency}.`);

  await page.waitForFunction(() => document.getElementById('gate').textContent === 'quiet');
  await page.click('#start');
  await untilText(page, '#log li.closed', 'completed');
  assert.equal(await page.textContent('#count'), '1');
}, { microphone: args.microphone });
