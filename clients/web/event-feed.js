import { ReconnectDelays } from './reconnect-delays.js';
import { ServerRefused } from './refusals.js';
import { loadSignalR } from './signalr.js';

const firstDelayMs = 250;
const maxDelayMs = 10_000;
const maxWaiting = 1024;
const passing = new Set(['serverBusy', 'serverStopping', 'readerTooSlow']);

/** Events of one subscription over as many hub connections as it takes. */
export class EventFeed {
  #url;
  #apiKey;
  #onState;

  constructor(url, apiKey, { onState } = {}) {
    this.#url = url;
    this.#apiKey = apiKey;
    this.#onState = onState ?? (() => {});
  }

  /**
   * Events until `signal` or a `break`. Of one stream they go on, after a lost connection, behind the last one that was given; of all
   * streams a `lost` event tells that nobody kept what happened meanwhile.
   */
  async *read(filter, signal) {
    const signalR = await loadSignalR();
    const delays = new ReconnectDelays(firstDelayMs, maxDelayMs);
    let from = filter;
    let again = false;
    while (!signal?.aborted) {
      const connection = this.#build(signalR);
      const stop = () => connection.stop();
      signal?.addEventListener('abort', stop);
      try {
        this.#onState('connecting');
        await connection.start();
        // Who knows no place yet asks for one first: the connection may break before the first event.
        if (filter.streamId && from.after === undefined) from = { ...filter, after: await positionOf(connection, filter.streamId) };
        this.#onState('connected');
        delays.connected();
        if (again && !filter.streamId) yield lostOfAll();
        again = true;
        for await (const event of queueOf(connection, from)) {
          if (filter.streamId && event.cursor) from = { ...filter, after: event.cursor };
          yield event;
        }
      } catch (error) {
        if (signal?.aborted) return;
        const refusal = /(?:HubException: |^)([A-Za-z]+): (.+)$/s.exec(error.message ?? '');
        if (refusal && error.isRefusal && !passing.has(refusal[1])) throw new ServerRefused(refusal[1], refusal[2]);
      } finally {
        signal?.removeEventListener('abort', stop);
        await connection.stop();
      }
      if (signal?.aborted) return;
      this.#onState('reconnecting');
      await pause(delays.next(), signal);
    }
  }

  #build(signalR) {
    return new signalR.HubConnectionBuilder()
      .withUrl(this.#url.href, {
        transport: signalR.HttpTransportType.WebSockets,
        skipNegotiation: true,
        accessTokenFactory: this.#apiKey ? () => this.#apiKey : undefined,
      })
      .configureLogging(signalR.LogLevel.None)
      .build();
  }
}

const lostOfAll = () => ({ type: 'lost', reason: 'allStreams', streamId: '', sequence: 0, at: new Date().toISOString() });

/** Where a stream's events end now; what the hub refuses is told from a connection that breaks. */
async function positionOf(connection, streamId) {
  try {
    return await connection.invoke('Position', streamId);
  } catch (error) {
    throw refusalOf(connection, error);
  }
}

const refusalOf = (connection, error) =>
  Object.assign(error, { isRefusal: /HubException|^[A-Za-z]+: /.test(error.message) && connection.state === 'Connected' });

/** What the hub streams, waiting in order for a reader. A reader that falls behind loses telemetry first and its subscription then. */
async function* queueOf(connection, filter) {
  const waiting = [];
  let wake = () => {};
  let ended = null;
  const end = error => { ended ??= { error }; wake(); };
  connection.onclose(error => end(error));
  const subscription = connection.stream('Subscribe', filter).subscribe({
    next(event) {
      if (event.type === 'telemetry' && waiting.length > maxWaiting / 2) return;
      if (waiting.length >= maxWaiting) return end(Object.assign(new Error('readerTooSlow: Too many events wait.'), { isRefusal: true }));
      waiting.push(event);
      wake();
    },
    complete: () => end(),
    error: error => end(refusalOf(connection, error)),
  });
  try {
    while (true) {
      while (waiting.length > 0) yield waiting.shift();
      if (ended) {
        if (ended.error) throw ended.error;
        return;
      }
      await new Promise(resolve => { wake = resolve; });
    }
  } finally {
    if (connection.state === 'Connected') subscription.dispose();
  }
}

function pause(ms, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}
