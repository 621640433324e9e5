import { describeRate } from './calibration.js';
import { formatScore, heightOf } from './score-scale.js';

const snap = 0.012;                      // of the plot's height: so near, the server's own is meant

/** The threshold that is tried out: what it stands for, and that of the server beside it. Tells `change`. */
export class Threshold extends EventTarget {
  #decider = null;
  #value = null;

  /** What it is the threshold of; null where nothing decides. */
  get decider() { return this.#decider; }

  /** Score from which the keyword would count as said. */
  get value() { return this.#value; }

  /** Whether it is another than the server's. */
  get isTried() { return this.#decider !== null && this.#value !== this.#decider.threshold; }

  /** Goes on with another keyword, at the server's threshold. */
  use(decider) {
    this.#decider = decider;
    this.#set(decider?.threshold ?? null);
  }

  /** Tries a threshold. */
  try(value) {
    const near = Math.abs(heightOf(value) - heightOf(this.#decider.threshold)) < snap;
    this.#set(near ? this.#decider.threshold : value);
  }

  /** Back to the server's. */
  reset() { this.#set(this.#decider.threshold); }

  /** What it stands for, in a few words; absent where nobody measured. */
  get rate() {
    const calibration = this.#decider?.calibration;
    return calibration ? describeRate(calibration.rateAt(this.#value)) : undefined;
  }

  /** What it costs, and what that was measured on. */
  get detail() {
    const { calibration, threshold } = this.#decider;
    const own = this.isTried ? `the server’s is ${formatScore(threshold)}` : 'the server’s own';
    const at = `at a threshold of ${formatScore(this.#value)}, ${own}`;
    return calibration?.keywordUtterances > 0 ? `${at} · misses about ${Math.round(100 * calibration.missesAt(this.#value))}\u00a0% of ${calibration.keywordUtterances} recordings` : at;
  }

  /** The settings that make it the server's; of a typed word, which is given as many false alarms, the command. */
  get setting() {
    const { model, keyword, seesLips, isTyped, calibration } = this.#decider;
    if (isTyped) return `av words add "${keyword}" --false-alarms ${Number(calibration.rateAt(this.#value).rate.toPrecision(2))}`;
    const key = seesLips ? 'audioVisual' : keyword;
    return `--Pipeline:Keywords:0:Model ${model} --Pipeline:Keywords:0:Thresholds:${key} ${formatScore(this.#value)}`;
  }

  #set(value) {
    this.#value = value;
    this.dispatchEvent(new Event('change'));
  }
}
