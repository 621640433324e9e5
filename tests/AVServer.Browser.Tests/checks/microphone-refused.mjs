import { assert, onPage } from './browser.mjs';

await onPage(async page => {
  await page.click('#start');
  await page.waitForSelector('#message', { state: 'visible' });
  assert.match(await page.textContent('#message'), /microphone was refused.*Allow it.*start again/);
  assert.equal(await page.textContent('#state'), 'refused');
  assert.equal(await page.textContent('#start'), 'Start');
  await page.waitForSelector('#start:not([aria-busy])');
}, { refuse: true });
