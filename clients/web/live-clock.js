const jumpMs = 1000;

/** Where the live plots are in time: glides on between the chunks, which come in bursts. */
export class LiveClock {
  #originMs = null;
  #end = 0;

  /**
   * A chunk came.
   * @param {number} end position at its end, in seconds
   */
  tick(end) {
    this.#end = end;
    const origin = performance.now() - end * 1000;
    // Chunks may come late, never early; a device that stood still for long begins anew.
    this.#originMs = this.#originMs === null || origin - this.#originMs > jumpMs ? origin : Math.min(this.#originMs, origin);
  }

  /** Nothing more comes for now. */
  stop() { this.#originMs = null; }

  get runs() { return this.#originMs !== null; }

  /** The position that is now. */
  get now() { return this.#originMs === null ? this.#end : Math.max(this.#end, Math.min(this.#end + 1, (performance.now() - this.#originMs) / 1000)); }
}
