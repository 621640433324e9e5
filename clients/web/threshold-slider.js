import { scorePadding } from './canvas.js';
import { formatScore, heightOf, scoreAt } from './score-scale.js';

// A key's step is wider than the snap to the server's own threshold, or it couldn't be left.
const steps = { ArrowUp: 0.015, ArrowRight: 0.015, ArrowDown: -0.015, ArrowLeft: -0.015, PageUp: 0.08, PageDown: -0.08 };

/** The line across a plot of scores that is dragged by mouse, finger or keys. */
export class ThresholdSlider {
  #line;
  #threshold;
  #place;

  /**
   * @param {HTMLElement} plot positioned; holds the line
   * @param {import('./threshold.js').Threshold} threshold what is set
   * @param {() => {top: number, height: number}} place where in the plot the scores are drawn, in pixels
   */
  constructor(plot, threshold, place) {
    [this.#threshold, this.#place] = [threshold, place];
    this.#line = document.createElement('div');
    this.#line.className = 'threshold';
    this.#line.tabIndex = 0;
    for (const [name, value] of Object.entries({ role: 'slider', 'aria-label': 'Threshold to try', 'aria-orientation': 'vertical', 'aria-valuemin': '0', 'aria-valuemax': '1' }))
      this.#line.setAttribute(name, value);
    this.#line.append(document.createElement('span'));
    plot.append(this.#line);
    this.#line.addEventListener('pointerdown', event => this.#grab(event));
    this.#line.addEventListener('keydown', event => this.#key(event));
    threshold.addEventListener('change', () => this.show());
    this.show();
  }

  /** Shows where the threshold is; call when the plot's size changed. */
  show() {
    const { decider, value, rate, isTried } = this.#threshold;
    this.#line.hidden = decider === null;
    if (decider === null) return;
    const { top, height } = this.#place();
    this.#line.style.top = `${top + scorePadding + (1 - heightOf(value)) * (height - 2 * scorePadding)}px`;
    this.#line.dataset.tried = isTried;
    this.#line.firstChild.textContent = formatScore(value);
    this.#line.setAttribute('aria-valuenow', formatScore(value));
    this.#line.setAttribute('aria-valuetext', [formatScore(value), rate].filter(Boolean).join(', '));
  }

  #grab(down) {
    if (down.button !== 0) return;
    down.preventDefault();
    this.#line.focus();
    this.#line.setPointerCapture(down.pointerId);
    const offset = down.clientY - this.#line.getBoundingClientRect().top - this.#line.offsetHeight / 2;
    const move = event => {
      const { top, height } = this.#place();
      const y = event.clientY - offset - this.#line.parentElement.getBoundingClientRect().top - top - scorePadding;
      this.#threshold.try(scoreAt(1 - y / (height - 2 * scorePadding)));
    };
    const release = () => {
      this.#line.removeEventListener('pointermove', move);
      for (const type of ['pointerup', 'pointercancel']) this.#line.removeEventListener(type, release);
    };
    this.#line.addEventListener('pointermove', move);
    for (const type of ['pointerup', 'pointercancel']) this.#line.addEventListener(type, release);
  }

  #key(event) {
    const edge = { Home: 0, End: 1 }[event.key];
    if (event.key === 'Escape') this.#threshold.reset();
    else if (edge !== undefined) this.#threshold.try(scoreAt(edge));
    else if (steps[event.key]) this.#threshold.try(scoreAt(heightOf(this.#threshold.value) + steps[event.key]));
    else return;
    event.preventDefault();
  }
}
