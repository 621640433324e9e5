const sampleRate = 16000;
const frame = 400;                       // 25 ms
const hop = 160;                         // 10 ms
const size = 512;
const lowHz = 20;
const highHz = 8000;
const preemphasis = 0.97;
const floorEnergy = 1.1920929e-7;

/**
 * The 80 log-mel bands that the models hear, 100 times a second: Kaldi's fbank (Povey et al., 2011) without dither, 25 ms frames, Povey's window.
 * What goes in may be cut anywhere.
 */
export class LogMel {
  static bands = 80;
  static hopSeconds = hop / sampleRate;

  #rest = new Float64Array(0);
  #real = new Float64Array(size);
  #imaginary = new Float64Array(size);

  /**
   * Takes the next samples of 16 kHz sound.
   * @param {Int16Array} samples not kept
   * @returns {Float32Array[]} a vector of natural-log energies for each frame that is complete now
   */
  push(samples) {
    const all = new Float64Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    const columns = [];
    let at = 0;
    for (; at + frame <= all.length; at += hop) columns.push(this.#compute(all.subarray(at, at + frame)));
    this.#rest = all.slice(at);
    return columns;
  }

  #compute(samples) {
    const [real, imaginary] = [this.#real.fill(0), this.#imaginary.fill(0)];
    let mean = 0;
    for (const sample of samples) mean += sample / frame;
    for (let i = 0; i < frame; i++) real[i] = (samples[i] - mean - preemphasis * (samples[Math.max(0, i - 1)] - mean)) * taper[i];
    transform(real, imaginary);
    return Float32Array.from(filters, ({ first, weights }) => {
      let energy = 0;
      for (let i = 0; i < weights.length; i++) energy += weights[i] * (real[first + i] ** 2 + imaginary[first + i] ** 2);
      return Math.log(Math.max(energy, floorEnergy));
    });
  }
}

const taper = Float64Array.from({ length: frame }, (_, i) => (0.5 - 0.5 * Math.cos(2 * Math.PI * i / (frame - 1))) ** 0.85);
const mel = hz => 1127 * Math.log(1 + hz / 700);

/** Triangles of equal width on the mel axis, as weights of the bins of the spectrum. */
const filters = Array.from({ length: LogMel.bands }, (_, band) => {
  const width = (mel(highHz) - mel(lowHz)) / (LogMel.bands + 1);
  const left = mel(lowHz) + band * width;
  const weights = Array.from({ length: size / 2 }, (_, bin) => Math.max(0, 1 - Math.abs(mel(bin * sampleRate / size) - left - width) / width));
  const first = weights.findIndex(weight => weight > 0);
  return first < 0 ? { first: 0, weights: [] } : { first, weights: weights.slice(first, weights.findLastIndex(weight => weight > 0) + 1) };
});

const cosines = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos(2 * Math.PI * i / size));
const sines = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin(2 * Math.PI * i / size));

/** Fourier transform in place, radix 2. */
function transform(real, imaginary) {
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [real[i], real[j], imaginary[i], imaginary[j]] = [real[j], real[i], imaginary[j], imaginary[i]];
  }
  for (let length = 2; length <= size; length *= 2) {
    const [half, step] = [length / 2, size / length];
    for (let start = 0; start < size; start += length) {
      for (let i = 0; i < half; i++) {
        const [even, odd, cosine, sine] = [start + i, start + i + half, cosines[i * step], sines[i * step]];
        const re = real[odd] * cosine + imaginary[odd] * sine;
        const im = imaginary[odd] * cosine - real[odd] * sine;
        real[odd] = real[even] - re;
        imaginary[odd] = imaginary[even] - im;
        real[even] += re;
        imaginary[even] += im;
      }
    }
  }
}
