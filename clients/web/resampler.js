/**
 * Streaming sample-rate converter: windowed sinc, evaluated at the rational positions of the output samples.
 * What goes in may be cut anywhere; the output is the same.
 */
export class Resampler {
  /** Zero crossings of the sinc on each side of an output sample. */
  static crossings = 16;

  /**
   * @param {number} inputRate samples per second that come in
   * @param {number} outputRate samples per second that go out
   */
  constructor(inputRate, outputRate) {
    const divisor = gcd(inputRate, outputRate);
    this.step = inputRate / divisor;      // input position advances step/phases per output sample
    this.phases = outputRate / divisor;
    const cutoff = Math.min(1, outputRate / inputRate) * 0.94;
    this.half = Math.ceil(Resampler.crossings / cutoff);
    this.taps = makeTaps(this.phases, this.half, cutoff);
    this.history = new Float32Array(this.half);
    this.position = this.half;            // of the next output sample in the history, whole input samples; the first is the first input sample
    this.phase = 0;
    this.isIdentity = this.step === this.phases;
  }

  /**
   * Converts the next samples.
   * @param {Float32Array} input not kept
   * @returns {Float32Array} as many output samples as can be known by now
   */
  push(input) {
    if (this.isIdentity) return input.slice();
    const samples = new Float32Array(this.history.length + input.length);
    samples.set(this.history);
    samples.set(input, this.history.length);

    const output = [];
    while (this.position + this.half < samples.length) {
      const taps = this.taps[this.phase];
      const first = this.position - this.half + 1;
      let sum = 0;
      for (let i = 0; i < taps.length; i++) sum += taps[i] * samples[first + i];
      output.push(sum);
      this.phase += this.step;
      this.position += Math.floor(this.phase / this.phases);
      this.phase %= this.phases;
    }

    const done = this.position - this.half;
    this.history = samples.slice(done);
    this.position = this.half;
    return Float32Array.from(output);
  }
}

function makeTaps(phases, half, cutoff) {
  return Array.from({ length: phases }, (_, phase) => {
    const taps = new Float32Array(2 * half);
    let sum = 0;
    for (let i = 0; i < taps.length; i++) {
      const x = i - half + 1 - phase / phases;
      const window = Math.abs(x) >= half ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * x / half);
      const angle = Math.PI * x * cutoff;
      taps[i] = window * (angle === 0 ? 1 : Math.sin(angle) / angle);
      sum += taps[i];
    }
    return taps.map(tap => tap / sum);    // a constant stays what it is
  });
}

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}
