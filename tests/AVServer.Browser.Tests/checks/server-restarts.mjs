import { args, ask, assert, onPage, untilText } from './browser.mjs';

await onPage(async page => {
  await page.click('#start');
  await untilText(page, '#state', 'connected');
  await untilText(page, '#log li.opened', 'Stream opened');

  await ask('restart');
  await page.waitForFunction(() => Number(document.getElementById('reconnects').textContent) >= 1);
  await untilText(page, '#state', /^connected$/);
  await untilText(page, '#feed-state', /^SignalR$/);
  await page.waitForFunction(() => document.querySelectorAll('#log li.opened').length >= 2);
  assert.equal(await page.isVisible('#message'), false);
}, { microphone: args.microphone });
