// What the checks share: the arguments, a Chromium with or without a microphone, a page, pictures of it, and a way to ask the test for something.
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';

export { assert };
export const args = JSON.parse(process.argv[2]);

const patience = Number(process.argv[3]);
const pollMs = 200;

/**
 * Opens the demo page, runs the check with the page, its errors and the addresses that it asked, closes the browser; a failure says which console messages came before it.
 * What a microphone hears begins when it is opened: on a busy machine that may be over before there is a connection, unless it is heard again and again.
 */
export async function onPage(check, { microphone, again = false, camera, refuse = false, allow, viewport, scheme, calm = false, touch = false, address = args.address } = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    timeout: patience,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required',
      ...refuse || allow ? ['--deny-permission-prompts'] : ['--use-fake-ui-for-media-stream'],
      '--use-fake-device-for-media-stream',
      ...microphone ? [`--use-file-for-fake-audio-capture=${microphone}${camera || again ? '' : '%noloop'}`] : [],
      ...camera ? [`--use-file-for-fake-video-capture=${camera}`] : []],
  });
  const [logged, requested] = [[], []];
  try {
    const context = await browser.newContext({
      viewport: viewport ?? { width: 1240, height: 1000 }, colorScheme: scheme ?? 'light', reducedMotion: calm ? 'reduce' : 'no-preference', hasTouch: touch, permissions: allow ?? [],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('console', message => message.type() === 'error' && logged.push(message.text()));
    page.on('pageerror', error => logged.push(error.message));
    page.on('request', request => requested.push(request.url()));
    await page.goto(address);
    await check(page, logged, requested);
  } catch (error) {
    console.error(error.stack, logged.length > 0 ? `\nlogged by the page:\n${logged.join('\n')}` : '');
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** Makes a picture of the page for people to look at, where AVSERVER_SCREENSHOTS names a folder. */
export async function shoot(page, name, { element, whole = true } = {}) {
  const folder = process.env.AVSERVER_SCREENSHOTS;
  if (!folder) return;
  const path = `${folder}/${name}.png`;
  await page.mouse.move(0, 0);         // nothing is pointed at
  if (element) await page.locator(element).screenshot({ path });
  else {
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path, fullPage: whole });
  }
}

/** Whether the page is wider than its window. */
export async function assertNoSidewaysScroll(page) {
  const { scroll, client, widest } = await page.evaluate(() => {
    const client = document.documentElement.clientWidth;
    const beyond = [...document.querySelectorAll('main *')].filter(element => element.getBoundingClientRect().right > client + 1 && element.clientWidth > 0 && !element.closest('.plot, .level, .preview'));
    return { scroll: document.documentElement.scrollWidth, client, widest: beyond.map(element => element.id || element.className || element.tagName).slice(0, 5) };
  });
  assert.ok(scroll <= client, `Expected no sideways scrolling at ${client} px, got a page ${scroll} px wide.`);
  assert.deepEqual(widest, [], `Expected nothing beyond the edge at ${client} px.`);
}

/** Waits until an element's text is, or matches, what is expected. */
export function untilText(page, selector, expected) {
  return page.locator(selector).filter({ hasText: expected }).first().waitFor();
}

/** Waits until the server's open streams are as expected. */
export function untilStreams(expected) {
  return untilAnswer('/api/streams', expected);
}

/** Waits until the server has no job any more. */
export function untilNoJobs() {
  return untilAnswer('/api/jobs', jobs => jobs.length === 0);
}

async function untilAnswer(path, expected) {
  const latestMs = Date.now() + patience;
  for (;;) {
    const answer = await (await fetch(new URL(path, args.address))).json();
    if (expected(answer)) return;
    assert.ok(Date.now() < latestMs, `Expected ${expected} of ${path}, got ${JSON.stringify(answer)}.`);
    await setTimeout(pollMs);
  }
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
