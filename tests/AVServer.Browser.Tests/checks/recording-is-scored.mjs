import { readFile } from 'node:fs/promises';
import { args, assert, drop, onPage, untilNoJobs } from './browser.mjs';

await onPage(async (page, logged) => {
  await drop(page, '#drop', 'take.wav', await readFile(args.file));
  await page.waitForSelector('#scored', { state: 'visible' });
  assert.equal(await page.textContent('#scored-name'), 'take.wav');
  assert.match(await page.textContent('#scored-summary'), new RegExp(`· ${args.words} found`));
  assert.equal(await page.locator('#markers .place').count(), args.words);

  // As JSON and as CSV, and nothing of it stays at the server.
  const report = await page.evaluate(async () => (await fetch(document.getElementById('download').href)).json());
  assert.equal(report.file, 'take.wav');
  assert.ok(report.durationSeconds > 2.9);
  assert.equal(report.events.filter(event => event.type === 'wakeWord').length, args.words);
  const csv = (await page.evaluate(async () => (await fetch(document.getElementById('download-csv').href)).text())).trim().split('\r\n');
  assert.equal(csv[0], 'file,type,start,end,label,score,text');
  assert.equal(csv.filter(line => line.startsWith('take.wav,wakeWord,')).length, args.words);
  await untilNoJobs();
  await page.waitForFunction(() => document.getElementById('player').duration > 2.9);
  await page.waitForSelector('#timeline[aria-busy=false]');     // its sound is drawn

  // The timeline by keys: seek, come closer, back to the whole.
  const place = () => page.getAttribute('#timeline', 'aria-valuenow').then(Number);
  await page.focus('#timeline');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.equal(await place(), 1);
  const before = await page.locator('#timeline').screenshot();
  await page.keyboard.press('+');
  const closer = await page.locator('#timeline').screenshot();
  assert.notDeepEqual(closer, before, 'Expected another picture when it is zoomed.');
  await page.keyboard.press('0');
  assert.deepEqual(await page.locator('#timeline').screenshot(), before, 'Expected the whole again.');

  // By mouse: a click seeks, a drag moves what is seen.
  const box = await page.locator('#timeline').boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + 12);
  assert.ok(Math.abs(await place() - report.durationSeconds / 2) < 0.1, `Expected the middle of ${report.durationSeconds} s, got ${await place()}.`);
  await page.click('#zoom-in');
  const zoomed = await page.locator('#timeline').screenshot();
  await page.mouse.move(box.x + box.width / 2, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 4, box.y + 12, { steps: 4 });
  await page.mouse.up();
  assert.notDeepEqual(await page.locator('#timeline').screenshot(), zoomed, 'Expected another picture after a drag.');
  await page.click('#zoom-fit');

  if (args.words > 0) {
    const word = report.events.find(event => event.type === 'wakeWord');
    assert.match(await page.textContent('#file-peaks'), /At this threshold [1-9]\d* of \d+ peaks? would trigger/);
    assert.match(csv.find(line => line.includes(',wakeWord,')), new RegExp(`,wakeWord,${word.start},${word.end},computer,`));
    await page.click('#markers .place');
    await page.waitForFunction(start => Math.abs(document.getElementById('player').currentTime - start) < 2, word.start);
    await page.waitForFunction(start => Math.abs(Number(document.getElementById('timeline').getAttribute('aria-valuenow')) - start) < 2, word.start);
  } else {
    assert.match(await page.textContent('#file-peaks'), /^(Nothing came near|At this threshold 0 of)/);
  }
  assert.deepEqual(logged, []);
});
