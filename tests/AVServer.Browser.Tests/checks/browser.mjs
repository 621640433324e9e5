// What the checks share: the arguments, a Chromium with or without a microphone, a page, and a way to ask the test for something.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

export { assert };
export const args = JSON.parse(process.argv[2]);

const patience = 45_000;

/** Opens the demo page, runs the check, closes the browser; a failure says which console messages came before it. */
export async function onPage(check, { microphone, camera, refuse = false, viewport } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required',
      ...refuse ? ['--deny-permission-prompts'] : ['--use-fake-ui-for-media-stream'],
      '--use-fake-device-for-media-stream',
      ...microphone ? [`--use-file-for-fake-audio-capture=${microphone}${camera ? '' : '%noloop'}`] : [],
      ...camera ? [`--use-file-for-fake-video-capture=${camera}`] : []],
  });
  const logged = [];
  try {
    const page = await browser.newPage({ viewport: viewport ?? { width: 1100, height: 1000 } });
    page.setDefaultTimeout(patience);
    page.on('console', message => message.type() === 'error' && logged.push(message.text()));
    page.on('pageerror', error => logged.push(error.message));
    await page.goto(args.address);
    await check(page, logged);
  } catch (error) {
    console.error(error.stack, logged.length > 0 ? `\nlogged by the page:\n${logged.join('\n')}` : '');
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** Waits until an element's text is, or matches, what is expected. */
export function untilText(page, selector, expected) {
  return page.locator(selector).filter({ hasText: expected }).first().waitFor();
}

/** Has the test do something, and waits until it is done. */
export async function ask(request) {
  const lines = createInterface({ input: process.stdin });
  console.log(request);
  for await (const line of lines) {
    assert.equal(line, 'done');
    break;
  }
  lines.close();
  process.stdin.destroy();
}

/** Drops a file on an element, as a person would. */
export async function drop(page, selector, name, bytes) {
  const transfer = await page.evaluateHandle(({ name, base64 }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name));
    return transfer;
  }, { name, base64: bytes.toString('base64') });
  await page.dispatchEvent(selector, 'drop', { dataTransfer: transfer });
}
