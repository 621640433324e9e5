const sampleRate = 16000;
const keptSeconds = 600;

/** The last minutes of what was sent, in this page's memory only; positions are seconds since the first sample, over all connections. */
export class SoundMemory {
  static sampleRate = sampleRate;

  #samples = new Int16Array(0);          // a ring that grows to its full size as it fills
  #count = 0;
  #base = 0;

  /** Seconds that were taken in so far. */
  get end() { return this.#count / sampleRate; }

  /**
   * Takes the next samples.
   * @param {Int16Array} samples copied
   * @param {number} [seconds] their media time in the stream that is open now; absent where none is
   */
  add(samples, seconds) {
    if (seconds !== undefined) this.#base = this.end - seconds;
    if (this.#count + samples.length > this.#samples.length && this.#samples.length < keptSeconds * sampleRate) this.#grow(this.#count + samples.length);
    for (const sample of samples) this.#samples[this.#count++ % this.#samples.length] = sample;
  }

  /** Position of a media time of the stream that is open now. */
  positionOf(seconds) { return this.#base + seconds; }

  /**
   * Cuts out a stretch; what lies beyond what is kept is left out.
   * @returns {{samples: Int16Array, start: number}} the sound and its position
   */
  cut(from, to) {
    const oldest = Math.max(0, this.#count - this.#samples.length);
    const [first, last] = [from, to].map(seconds => Math.min(this.#count, Math.max(oldest, Math.round(seconds * sampleRate))));
    return { samples: Int16Array.from({ length: Math.max(0, last - first) }, (_, i) => this.#samples[(first + i) % this.#samples.length]), start: first / sampleRate };
  }

  #grow(needed) {
    const grown = new Int16Array(Math.min(keptSeconds * sampleRate, Math.max(needed, 2 * this.#samples.length)));
    grown.set(this.#samples);
    this.#samples = grown;
  }
}
