// Opens a guide's page on the server's origin, with a recording as the microphone, and waits until it logs the wake word.
import { chromium } from 'playwright-core';

const { address, html, microphone } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`],
});
try {
  const page = await browser.newPage();
  const logged = [];
  const heard = new Promise((resolve, reject) => {
    page.on('console', message => { logged.push(message.text()); if (message.text().includes('computer')) resolve(); });
    page.on('pageerror', reject);
    setTimeout(() => reject(new Error(`Expected the page to log the wake word, it logged: ${logged.join('\n')}`)), 60_000).unref();
  });
  // A page of its own beside the server's: those that the server itself serves run nothing that is inline.
  await page.route(`${address}/guide.html`, route => route.fulfill({ contentType: 'text/html', body: `<!doctype html>${html}` }));
  await page.goto(`${address}/guide.html`);
  await heard;
} finally {
  await browser.close();
}
