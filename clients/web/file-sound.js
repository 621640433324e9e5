import { SoundMemory } from './sound-memory.js';

const longestSeconds = 1800;
const largestBytes = 128 * 2 ** 20;
const bucketSamples = 160;

/** A file's sound, decoded by the browser: for the waveform and for clips. */
export class FileSound {
  #samples;

  /** Lowest and highest sample of every 10 ms, one after the other. */
  extremes;

  /**
   * Decodes a file.
   * @param {File} file
   * @param {number} seconds how long it is
   * @returns {Promise<FileSound | null>} null where it is too long to keep, or the browser can't decode it
   */
  static async decode(file, seconds) {
    if (seconds > longestSeconds || file.size > largestBytes) return null;
    try {
      const context = new OfflineAudioContext(1, 1, SoundMemory.sampleRate);
      return new FileSound(await context.decodeAudioData(await file.arrayBuffer()));
    } catch {
      return null;
    }
  }

  constructor(buffer) {
    const channels = Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i));
    this.#samples = Int16Array.from({ length: buffer.length }, (_, i) => {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      return Math.max(-32768, Math.min(32767, Math.round(32768 * sum / channels.length)));
    });
    this.extremes = new Int16Array(2 * Math.ceil(buffer.length / bucketSamples));
    this.#samples.forEach((sample, i) => {
      const at = 2 * Math.floor(i / bucketSamples);
      if (sample < this.extremes[at]) this.extremes[at] = sample;
      if (sample > this.extremes[at + 1]) this.extremes[at + 1] = sample;
    });
  }

  /** Seconds of one bucket of `extremes`. */
  static bucketSeconds = bucketSamples / SoundMemory.sampleRate;

  /** Its length in seconds. */
  get end() { return this.#samples.length / SoundMemory.sampleRate; }

  /** See `SoundMemory.cut`. */
  cut(from, to) {
    const [first, last] = [from, to].map(seconds => Math.max(0, Math.min(this.#samples.length, Math.round(seconds * SoundMemory.sampleRate))));
    return { samples: this.#samples.slice(first, last), start: first / SoundMemory.sampleRate };
  }
}
