import { args, assert, onPage, untilText } from './browser.mjs';

const rate = async page => {
  const text = await page.textContent('#threshold-rate');
  const perHour = /([\d.]+) false alarms? per hour/.exec(text);
  const inTime = /1 false alarm in ([\d.]+) (hours|days)/.exec(text);
  assert.ok(perHour || inTime, `Expected a rate, got '${text}'.`);
  return perHour ? Number(perHour[1]) : 1 / (Number(inTime[1]) * (inTime[2] === 'days' ? 24 : 1));
};

await onPage(async (page, logged) => {
  const line = page.locator('#curve + .threshold');
  await line.waitFor();
  const own = Number(await line.getAttribute('aria-valuenow'));
  assert.equal(await rate(page), args.falseAlarmsPerHour);
  assert.match(await page.textContent('#threshold-detail'), /the server’s own · misses about \d+\s% of \d+ recordings/);

  await page.click('#start');
  await page.locator('#log li.wakeWord').first().waitFor();
  await untilText(page, '#threshold-peaks', /, [1-9]\d* would have triggered/);

  // By mouse, down: more false alarms.
  const box = await page.locator('#curve').boundingBox();
  const drag = async to => {
    const from = await line.boundingBox();
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(from.x + from.width / 2, box.y + box.height * to, { steps: 5 });
    await page.mouse.up();
  };
  await drag(0.6);
  assert.ok(Number(await line.getAttribute('aria-valuenow')) < own);
  const more = await rate(page);
  assert.ok(more > args.falseAlarmsPerHour, `Expected more than ${args.falseAlarmsPerHour} an hour, got ${more}.`);
  assert.match(await page.textContent('#threshold-detail'), /the server’s is/);
  await untilText(page, '#threshold-peaks', /, [1-9]\d* would have triggered/);

  // By mouse, up to the edge: fewer, and the word would have been missed.
  await drag(0.02);
  assert.ok(await rate(page) < args.falseAlarmsPerHour);
  await untilText(page, '#threshold-peaks', /, 0 would have triggered/);

  // By finger.
  const touch = await page.context().newCDPSession(page);
  const at = await line.boundingBox();
  const [x, y] = [at.x + at.width - 30, at.y + at.height / 2];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: box.y + 0.75 * box.height }] });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await page.waitForFunction(() => Number(document.querySelector('.threshold').getAttribute('aria-valuenow')) < 0.9);

  // By keys: up and down, and back to the server's own.
  await line.focus();
  await page.keyboard.press('PageUp');
  const higher = Number(await line.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowDown');
  assert.ok(Number(await line.getAttribute('aria-valuenow')) < higher);
  assert.match(await line.getAttribute('aria-valuetext'), /^0\.\d+, .*false alarms?/);
  await page.keyboard.press('Escape');
  assert.equal(Number(await line.getAttribute('aria-valuenow')), own);
  await untilText(page, '#threshold-peaks', /, [1-9]\d* would have triggered/);

  // Labels: one right, one taken for missed, then exported.
  assert.equal(await page.isDisabled('#export'), true);
  const word = page.locator('#log li.wakeWord').last();      // the list grows at its other end
  await word.locator('[data-verdict=false]').click();
  await word.locator('[data-verdict=good]').click();
  assert.equal(await word.locator('[data-verdict=good]').getAttribute('aria-pressed'), 'true');
  assert.equal(await word.locator('[data-verdict=false]').getAttribute('aria-pressed'), 'false');
  await page.click('#missed');
  await page.locator('#log li.missed').waitFor();
  await untilText(page, '#label-count', /^2 labels/);
  const downloading = page.waitForEvent('download');
  await page.click('#export');
  const download = await downloading;
  assert.match(download.suggestedFilename(), /^labels-.*\.zip$/);
  await download.saveAs(args.archive);

  // Noise: the server hears it, and the page says what is left of the speech above it.
  const stream = await page.textContent('#stream-id');
  await untilText(page, '#snr', /^SNR -?\d+ dB$/);
  const clean = Number(/-?\d+/.exec(await page.textContent('#snr'))[0]);
  await page.locator('#noise').fill('90');
  assert.equal(await page.textContent('#noise-level'), '-17 dBFS');
  const noisy = Number(/-?\d+/.exec(await page.textContent('#snr'))[0]);
  assert.ok(noisy < clean - 6, `Expected less than ${clean} dB with noise, got ${noisy}.`);
  const heard = await page.evaluate(async streamId => {
    const { connect } = await import('/avserver.js');
    for await (const event of connect().subscribe({ streamId, types: ['telemetry'] })) if (event.levelDb > -20) return event.levelDb;
  }, stream);
  assert.ok(heard < -12, `Expected noise of -17 dB, got ${heard}.`);
  assert.deepEqual(logged, []);
}, { microphone: args.microphone, again: true, touch: true });
