import { assert, onPage } from './browser.mjs';

await onPage(async (page, logged) => {
  await page.locator('#models li').first().waitFor();
  assert.equal(await page.locator('#keywords-card').isVisible(), false);
  assert.deepEqual(logged, []);
});
