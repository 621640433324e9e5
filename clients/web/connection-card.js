const chunkSeconds = 0.08;
const roundTripEveryMs = 4000;
const lostKinds = { audio: 'sound', video: 'pictures', text: 'words' };
const states = {
  connecting: ['connecting', 'wait'], connected: ['connected', 'good'], reconnecting: ['reconnecting', 'wait'], refused: ['refused', 'bad'], stopped: ['stopped', 'off'],
};

/** How the page and the server are connected, and what got lost between them. */
export class ConnectionCard {
  #parts;
  #lost = { audio: 0, video: 0 };
  #feedBroke = 0;

  /** @param {object} parts the elements: state, media, feed, roundTrip, reconnects, feedReconnects, lost, lostPictures, gaps */
  constructor(parts) { this.#parts = parts; }

  /** Shows what became of the media's connection. */
  media(state) {
    const [text, look] = states[state];
    this.#parts.state.textContent = text;
    this.#parts.state.dataset.state = look;
    this.#parts.media.textContent = { connected: 'WebSocket', stopped: '–', refused: '–' }[state] ?? `WebSocket, ${text}`;
  }

  /** Shows what became of the events' connection. */
  feed(state) {
    if (state === 'reconnecting') this.#parts.feedReconnects.textContent = ++this.#feedBroke;
    this.#parts.feed.textContent = state === 'connected' ? 'SignalR' : `SignalR, ${state}`;
  }

  /** Shows what could not be sent; undefined while nothing is. */
  counts(publication) {
    this.#parts.reconnects.textContent = publication?.reconnects ?? 0;
    this.#parts.lost.textContent = `${((publication?.lostChunks ?? 0) * chunkSeconds).toFixed(1)} s`;
    this.#parts.lostPictures.textContent = publication?.lostPictures ?? 0;
  }

  /** Takes an event of type `gap`. */
  gap(event) {
    this.#lost[event.kind] = (this.#lost[event.kind] ?? 0) + event.duration;
    this.#parts.gaps.textContent = Object.entries(this.#lost).filter(([, seconds]) => seconds > 0)
      .map(([kind, seconds]) => `${seconds.toFixed(1)} s of ${lostKinds[kind] ?? kind}`).join(', ');
  }

  /** Measures the way to the server and back, now and ever after. */
  async measure(server) {
    try {
      this.#parts.roundTrip.textContent = `${(await server.roundTrip()).toFixed(0)} ms`;
    } catch {
      this.#parts.roundTrip.textContent = 'no answer';
    }
    setTimeout(() => this.measure(server), roundTripEveryMs);
  }
}
