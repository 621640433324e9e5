import { args, assert, onPage, untilText } from './browser.mjs';

const chunkMs = 80;

await onPage(async page => {
  const clickedMs = Date.now();
  await page.click('#start');
  await untilText(page, '#state', 'connected');
  const word = page.locator('#log li.wakeWord').first();
  await word.waitFor();
  const seenMs = Date.now();
  assert.equal(await word.locator('strong').textContent(), args.keyword);

  const [start, end] = /(\d+\.\d+)–(\d+\.\d+) s/.exec(await word.textContent()).slice(1).map(Number);
  assert.ok(end > start && end - start < 2, `Expected a word of less than 2 s, got ${start}–${end} s.`);
  // However slow the machine is: the word was over that long after the stream began, and the stream didn't begin before the click.
  const latency = Number(await word.getAttribute('data-latency-ms'));
  const longest = seenMs - clickedMs - 1000 * end + chunkMs;
  assert.ok(latency > 0 && latency <= longest, `Expected a latency of 0 to ${longest} ms, got ${latency}.`);

  await page.waitForFunction(() => document.getElementById('gate').textContent === 'quiet');
  await page.click('#start');
  await untilText(page, '#log li.closed', 'completed');
  assert.equal(await page.textContent('#count'), '1');
}, { microphone: args.microphone, again: true });
