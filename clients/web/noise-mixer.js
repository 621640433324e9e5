const quietestDb = -60;
const loudestDb = -12;
const fullScale = 32768;
const window = 375;                      // chunks that the measurement looks back on: 30 s
const aboveFloor = 6;                    // power of a chunk with speech in it, at least, ÷ that of the room
const leastSpeech = 8;                   // chunks with speech before anything is said of it

/** Mixes pink noise into what is sent, and measures what remains of the speech above it. */
export class NoiseMixer {
  #gain = 0;
  #state = [0, 0, 0, 0, 0, 0, 0];
  #heard = [];
  #random;

  /** @param {() => number} [random] uniform in [0, 1) */
  constructor(random = Math.random) { this.#random = random; }

  /** Level of the noise in dB below full scale; null is none. */
  levelDb = null;

  /**
   * Sets the level.
   * @param {number} share 0 is none, 1 is as loud as it gets
   */
  set(share) {
    this.levelDb = share > 0 ? quietestDb + share * (loudestDb - quietestDb) : null;
    this.#gain = this.levelDb === null ? 0 : fullScale * 10 ** (this.levelDb / 20);
  }

  /** Takes the next 80 ms of clean sound, and adds the noise in place. */
  mix(samples) {
    this.#heard.push(power(samples));
    if (this.#heard.length > window) this.#heard.shift();
    if (this.#gain === 0) return;
    for (let i = 0; i < samples.length; i++) samples[i] = Math.max(-32768, Math.min(32767, Math.round(samples[i] + this.#gain * this.#pink())));
  }

  /**
   * Power of the speech of the last half minute ÷ power of room and noise, in dB; undefined while nobody spoke.
   */
  get snrDb() {
    if (this.#heard.length === 0) return undefined;
    const sorted = this.#heard.toSorted((a, b) => a - b);
    const room = Math.max(sorted[Math.floor(sorted.length / 10)], 1);
    const speech = this.#heard.filter(chunk => chunk > room * aboveFloor);
    if (speech.length < leastSpeech) return undefined;
    const voice = speech.reduce((sum, chunk) => sum + chunk, 0) / speech.length - room;
    return 10 * Math.log10(voice / (room + this.#gain ** 2));
  }

  clear() { this.#heard = []; }

  /** Pink noise of power 1: Paul Kellet's sum of first-order filters over white noise. */
  #pink() {
    const [white, b] = [2 * this.#random() - 1, this.#state];
    for (let i = 0; i < poles.length; i++) b[i] = poles[i] * b[i] + weights[i] * white;
    const pink = b[0] + b[1] + b[2] + b[3] + b[4] + b[5] + b[6] + 0.5362 * white;
    b[6] = 0.115926 * white;
    return pink * unitPower;
  }
}

const poles = [0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616];
const weights = [0.0555179, 0.0750759, 0.153852, 0.3104856, 0.5329522, -0.016898];

/** What brings the filters' output to power 1, from their impulse response; white noise of uniform numbers has a power of a third. */
const unitPower = (() => {
  let energy = (weights.reduce((sum, weight) => sum + weight, 0.5362)) ** 2;
  for (let n = 1; n < 20000; n++) energy += (poles.reduce((sum, pole, i) => sum + weights[i] * pole ** n, n === 1 ? 0.115926 : 0)) ** 2;
  return 1 / Math.sqrt(energy / 3);
})();

function power(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / samples.length;
}
