import { connect, createServer } from 'node:net';
import { args, assert, onPage, untilText } from './browser.mjs';

/** What lies between the page and the server, at a port whose pages the server knows: can be cut, and made whole again. */
async function network(address, port) {
  const server = new URL(address);
  const [open, between] = [new Set(), createServer()];
  let whole = true;
  between.on('connection', near => {
    if (!whole) return near.destroy();
    const far = connect(Number(server.port), server.hostname);
    for (const [socket, other] of [[near, far], [far, near]]) {
      open.add(socket);
      socket.pipe(other);
      socket.on('error', () => {});
      socket.on('close', () => { open.delete(socket); other.destroy(); });
    }
  });
  await new Promise(resolve => between.listen(port, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${between.address().port}`,
    cut() { whole = false; for (const socket of open) socket.destroy(); },
    restore() { whole = true; },
    close() { this.cut(); between.close(); },
  };
}

const way = await network(args.address, args.port);
await onPage(async page => {
  await page.click('#start');
  await untilText(page, '#state', /^connected$/);
  await untilText(page, '#feed-state', /^SignalR$/);
  await page.locator('#log li.opened').first().waitFor();

  way.cut();
  await untilText(page, '#state', /^reconnecting$/);
  await untilText(page, '#feed-state', /reconnecting|, connecting/);
  await untilText(page, '#round-trip', 'no answer');
  await page.waitForFunction(() => Number.parseFloat(document.getElementById('lost').textContent) > 0.5);

  way.restore();
  await untilText(page, '#state', /^connected$/);
  await untilText(page, '#feed-state', /^SignalR$/);
  await page.waitForFunction(() => Number(document.getElementById('reconnects').textContent) >= 1 && Number(document.getElementById('feed-reconnects').textContent) >= 1);
  await page.waitForFunction(() => document.querySelectorAll('#log li.opened').length >= 2);      // events go on
  assert.equal(await page.isVisible('#message'), false);
}, { microphone: args.microphone, address: way.address });
way.close();
