/** What the tried threshold stands for, in words, and what can be done with it. */
export class OperatingPoint {
  #parts;
  #threshold;

  /**
   * @param {object} parts the elements: card, rate, detail, reset, copy
   * @param {import('./threshold.js').Threshold} threshold
   */
  constructor(parts, threshold) {
    [this.#parts, this.#threshold] = [parts, threshold];
    parts.reset.addEventListener('click', () => threshold.reset());
    parts.copy.addEventListener('click', () => this.#copy());
    threshold.addEventListener('change', () => this.#show());
  }

  #show() {
    const { card, rate, detail, copy } = this.#parts;
    const threshold = this.#threshold;
    card.hidden = threshold.decider === null;
    if (threshold.decider === null) return;
    rate.textContent = threshold.rate ?? 'Not calibrated';
    detail.textContent = threshold.detail;
    copy.textContent = threshold.decider.isTyped ? 'Copy as command' : 'Copy as setting';
    copy.title = threshold.setting;
  }

  async #copy() {
    const { copy } = this.#parts;
    try {
      await navigator.clipboard.writeText(this.#threshold.setting);
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = this.#threshold.setting;      // to be copied by hand
    }
  }
}
