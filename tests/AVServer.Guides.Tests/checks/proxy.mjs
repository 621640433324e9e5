// A connection to the server that can be cut, and that can stop taking what is sent.
import net from 'node:net';

export async function startProxy(address) {
  const { hostname, port } = new URL(address);
  const open = new Set();
  const proxy = {
    refuses: false,
    /** Bytes of a sender after which no more are taken. */
    takes: Infinity,
    /** Ends every connection, and refuses new ones until told otherwise. */
    cut() {
      proxy.refuses = true;
      for (const socket of open) socket.destroy();
    },
    close: () => new Promise(resolve => { proxy.cut(); server.close(resolve); }),
  };
  const server = net.createServer(client => {
    if (proxy.refuses) return client.destroy();
    const upstream = net.connect(port, hostname);
    let taken = 0;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => { open.delete(socket); client.destroy(); upstream.destroy(); });
    }
    client.on('data', bytes => {
      upstream.write(bytes);
      if ((taken += bytes.length) > proxy.takes) client.pause();
    });
    upstream.pipe(client);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, { address: `http://127.0.0.1:${server.address().port}` });
}
