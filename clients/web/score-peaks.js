const floor = 0.05;                      // what lies below is no peak to anybody
const apartSeconds = 0.5;                // scores further apart belong to two peaks

/** The scores of the stage that decides, and what a threshold would have made of them. */
export class ScorePeaks {
  #points = [];
  #keptSeconds;

  /**
   * @param {number} refractorySeconds after a detection with no other
   * @param {number} [keptSeconds] how far back scores are kept; by default all are
   */
  constructor(refractorySeconds, keptSeconds = Infinity) { [this.refractorySeconds, this.#keptSeconds] = [refractorySeconds, keptSeconds]; }

  /**
   * Takes a score; times must rise.
   * @param {number} time in seconds
   * @param {number} score 0 to 1; 0 where the stage wasn't asked
   */
  add(time, score) {
    if (score < floor) return;
    this.#points.push({ time, score });
    let old = 0;
    while (this.#points[old].time < time - this.#keptSeconds) old++;
    if (old > 0) this.#points.splice(0, old);
  }

  /**
   * The peaks so far.
   * @param {number} threshold score from which the keyword counts as said
   * @returns {{time: number, score: number, start: number, end: number, triggers: boolean}[]} in order; `time` is where the score is highest
   */
  at(threshold) {
    const peaks = [];
    let silentUntil = -Infinity;
    for (const { time, score } of this.#points) {
      const triggers = score >= threshold && time >= silentUntil;
      if (triggers) silentUntil = time + this.refractorySeconds;
      const last = peaks.at(-1);
      if (!last || time - last.end > apartSeconds) {
        peaks.push({ time, score, start: time, end: time, triggers });
      } else {
        if (score > last.score) Object.assign(last, { time, score });
        Object.assign(last, { end: time, triggers: last.triggers || triggers });
      }
    }
    return peaks;
  }
}
