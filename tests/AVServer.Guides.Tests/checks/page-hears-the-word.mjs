// Opens a guide's page on the server's origin, with a recording as the microphone, and waits until it logs the wake word.
import { chromium } from 'playwright-core';

const { address, html, microphone } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`],
});
try {
  // The guide's page is its writer's own: the policy of the server's pages, which run nothing inline, isn't its.
  const page = await browser.newPage({ bypassCSP: true });
  const logged = [];
  const heard = new Promise((resolve, reject) => {
    page.on('console', message => { logged.push(message.text()); if (message.text().includes('computer')) resolve(); });
    page.on('pageerror', reject);
    setTimeout(() => reject(new Error(`Expected the page to log the wake word, it logged: ${logged.join('\n')}`)), 60_000).unref();
  });
  await page.goto(`${address}/avserver.js`);       // any page of the server that runs nothing
  await page.setContent(`<!doctype html>${html}`);
  await heard;
} finally {
  await browser.close();
}
