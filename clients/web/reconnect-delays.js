const heldMs = 5_000;

/**
 * The waits between attempts to reconnect: each twice as long as the one before, half of it left to chance, so that many clients of a
 * server that restarts don't come back in step. Only a connection that held for some seconds makes them short again.
 */
export class ReconnectDelays {
  #first;
  #max;
  #next;
  #connectedAt = null;

  constructor(firstMs, maxMs) {
    this.#first = this.#next = firstMs;
    this.#max = maxMs;
  }

  /** A connection was made. */
  connected() { this.#connectedAt = performance.now(); }

  /** Milliseconds to wait before the next attempt. */
  next() {
    if (this.#connectedAt !== null && performance.now() - this.#connectedAt >= heldMs) this.#next = this.#first;
    this.#connectedAt = null;
    const delay = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#next * 2, this.#max);
    return delay;
  }
}
