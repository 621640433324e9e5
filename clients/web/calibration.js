/** What the thresholds of a keyword stand for: the table of `/api/models`, read as the server reads it. */
export class Calibration {
  #points;
  #hours;

  /** @param {{points: {threshold: number, falseAlarmsPerHour: number, frr: number}[], fillerHours: number, keywordUtterances: number, data: string}} table */
  constructor(table) {
    this.#points = table.points;
    this.#hours = table.fillerHours;
    this.keywordUtterances = table.keywordUtterances;
    this.data = table.data;
  }

  /**
   * False alarms per hour at a threshold: the logarithm of the rate is linear between two measured points.
   * @param {number} threshold 0 to 1
   * @returns {{rate: number, bound: '' | 'above' | 'below'}} beyond the table, the rate at its end, and on which side of it the true one lies
   */
  rateAt(threshold) {
    const points = this.#points;
    if (threshold < points[0].threshold) return { rate: this.#rate(0), bound: 'above' };
    if (threshold > points.at(-1).threshold) return { rate: this.#rate(points.length - 1), bound: 'below' };
    return { rate: Math.exp(this.#at(threshold, i => Math.log(this.#rate(i)))), bound: '' };
  }

  /** Expected share of missed keywords at a threshold, on the table's recordings. */
  missesAt(threshold) {
    const points = this.#points;
    if (threshold <= points[0].threshold) return points[0].frr;
    return threshold >= points.at(-1).threshold ? points.at(-1).frr : this.#at(threshold, i => points[i].frr);
  }

  #at(threshold, value) {
    const after = Math.max(1, this.#points.findIndex(point => point.threshold >= threshold));
    const [low, high] = [this.#points[after - 1].threshold, this.#points[after].threshold];
    const share = (threshold - low) / (high - low);
    return value(after - 1) * (1 - share) + value(after) * share;
  }

  /** No alarm in H hours doesn't show a rate of 0: it is read as half an alarm. Those of a typed word are reckoned, not counted. */
  #rate(i) { return Math.max(this.#points[i].falseAlarmsPerHour, this.keywordUtterances > 0 ? 1 / (2 * this.#hours) : 0); }
}

/** A rate in words: "1 false alarm per hour", "3.1 false alarms per hour", "1 false alarm in 4 hours". */
export function describeRate({ rate, bound }) {
  const side = { above: 'more than ', below: 'fewer than ', '': '' }[bound];
  if (rate >= 0.95) {
    const shown = rate >= 10 ? Math.round(rate) : Number(rate.toFixed(1));
    return `${side}${shown} false ${shown === 1 ? 'alarm' : 'alarms'} per hour`;
  }
  const hours = 1 / rate;
  const [every, unit] = hours < 48 ? [hours, 'hours'] : [hours / 24, 'days'];
  return `${bound === 'below' ? 'less than ' : side}1 false alarm in ${every < 9.5 ? Number(every.toFixed(1)) : Math.round(every)} ${unit}`;
}
