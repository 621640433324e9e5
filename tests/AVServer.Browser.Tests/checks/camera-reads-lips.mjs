import { args, assert, onPage, shoot, untilText } from './browser.mjs';

await onPage(async (page, logged) => {
  await page.click('#camera');
  await page.click('#start');
  await untilText(page, '#state', 'connected');
  await untilText(page, '#quality', 'lips in sight');
  // At one moment: the face moves, and may be lost for a picture.
  const [face, lips, preview] = await (await page.waitForFunction(() => {
    const boxes = ['face-box', 'lip-box', 'preview'].map(id => document.getElementById(id).getBoundingClientRect().toJSON());
    return boxes.every(box => box.width > 0) && boxes;
  })).jsonValue();
  assert.ok(preview.width > 200 && face.width > 0.2 * preview.width && face.width < 0.6 * preview.width, `Expected a face box of a third of the preview, got ${face?.width} of ${preview?.width}.`);
  assert.ok(lips.x > face.x && lips.x + lips.width < face.x + face.width && lips.y > face.y, 'Expected the lip box inside the face box.');

  for (const modality of ['audio', 'visual', 'audioVisual'])
    await page.locator(`#modalities [data-modality=${modality}] output`).filter({ hasText: /^\d\.\d\d$/ }).waitFor();
  const word = page.locator('#log li.wakeWord').filter({ hasText: 'with lips' }).first();
  await word.waitFor();
  assert.equal(await word.locator('strong').textContent(), args.keyword);
  // Three curves beside each other, and a peak that the threshold takes or leaves.
  assert.deepEqual(await page.locator('#legend li').allTextContents(), ['sound alone', 'lips alone', 'sound and lips']);
  await untilText(page, '#threshold-peaks', /would have triggered/);
  await shoot(page, 'camera');

  await page.click('#camera');                      // the stream goes on without it
  await untilText(page, '#state', 'connected');
  await page.locator('#sight').waitFor({ state: 'hidden' });
  await page.click('#start');
  await untilText(page, '#state', 'stopped');
  assert.deepEqual(logged, []);
}, { microphone: args.microphone, camera: args.camera });
