import { args, assert, onPage, untilNoJobs, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  await page.setInputFiles('#file', args.file);
  await untilText(page, '#progress-text', /^Listened to \d+:\d\d of 30:00$/);
  assert.equal(await page.isVisible('#drop'), false);
  await page.click('#cancel');
  await page.waitForSelector('#drop', { state: 'visible' });
  assert.equal(await page.isVisible('#progress'), false);
  assert.equal(await page.isVisible('#message'), false);
  assert.equal(await page.isVisible('#scored'), false);
  await untilNoJobs();
  assert.deepEqual(logged, []);
});
