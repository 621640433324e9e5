import { args, assert, onPage, untilText } from './browser.mjs';

await onPage(async page => {
  await page.click('#camera');
  await page.click('#start');
  await page.waitForSelector('#message', { state: 'visible' });
  assert.match(await page.textContent('#message'), /camera was refused.*Allow it.*or listen without it/);
  assert.equal(await page.textContent('#state'), 'refused');

  // Listening without it takes one press.
  assert.equal(await page.getAttribute('#camera', 'aria-pressed'), 'false');
  await page.waitForSelector('#start:not([aria-busy])');
  await page.click('#start');
  await untilText(page, '#state', /^connected$/);
  assert.equal(await page.isVisible('#message'), false);
  assert.equal(await page.isVisible('#sight'), false);
}, { microphone: args.microphone, allow: ['microphone'] });
