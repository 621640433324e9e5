const shortestSeconds = 0.5;

/** The part of a recording that is seen. Tells `change`. */
export class TimeWindow extends EventTarget {
  from = 0;
  to = 1;
  duration = 1;

  /** The whole of a recording. */
  reset(duration = this.duration) {
    this.duration = Math.max(duration, shortestSeconds);
    this.#set(0, this.duration);
  }

  get span() { return this.to - this.from; }

  get isWhole() { return this.span >= this.duration; }

  /**
   * Shows less or more.
   * @param {number} factor of the span; below 1 comes closer
   * @param {number} at time that stays in its place
   */
  zoom(factor, at) {
    const span = Math.min(this.duration, Math.max(shortestSeconds, this.span * factor));
    const from = at - (at - this.from) / this.span * span;
    this.#place(from, span);
  }

  /** Moves on by seconds. */
  pan(seconds) { this.#place(this.from + seconds, this.span); }

  /** Moves so that a time is seen, if it isn't. */
  follow(time) {
    if (time < this.from || time > this.to) this.#place(time - this.span / 10, this.span);
  }

  #place(from, span) {
    const first = Math.max(0, Math.min(from, this.duration - span));
    this.#set(first, first + span);
  }

  #set(from, to) {
    [this.from, this.to] = [from, to];
    this.dispatchEvent(new Event('change'));
  }
}
