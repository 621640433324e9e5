import { assert, onPage } from './browser.mjs';

await onPage(async (page, logged) => {
  await page.locator('#emotion-card').waitFor();
  await page.waitForFunction(() => document.getElementById('emotion-notice').textContent.includes('Emotion:Purpose'));
  assert.equal(await page.textContent('#emotion'), 'off');
  assert.match(await page.locator('#emotion-off:visible').textContent(), /--Emotion:Purpose "/);
  assert.equal(await page.locator('#emotions').isVisible(), false);
  assert.deepEqual(logged, []);
});
