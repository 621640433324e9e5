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

  async *read(filter, signal) {
    const signalR = await loadSignalR();
    let resumed = filter;
    let last = null;
    let delay = firstDelayMs;
    while (!signal?.aborted) {
      const connection = this.#build(signalR);
      const stop = () => connection.stop();
      signal?.addEventListener('abort', stop);
      try {
        this.#onState('connecting');
        await connection.start();
        this.#onState('connected');
        delay = firstDelayMs;
        for await (const event of queueOf(connection, resumed)) {
          if (filter.streamId && event.sequence > 0) {
            if (last && isRepeated(event, last)) continue;
            last = event;
            resumed = { ...filter, after: 0 };
          }
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
      await pause(delay, signal);
      delay = Math.min(delay * 2, maxDelayMs);
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

/** After a lost connection everything that the server still holds comes again: a restarted server counts from 1, so that numbers alone don't tell. */
function isRepeated(event, last) {
  return event.sequence <= last.sequence && Date.parse(event.at) <= Date.parse(last.at);
}

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
    error: error => end(Object.assign(error, { isRefusal: /HubException|^[A-Za-z]+: /.test(error.message) && connection.state === 'Connected' })),
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
