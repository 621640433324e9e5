import { showLegend } from './canvas.js';
import { LiveClock } from './live-clock.js';
import { ScorePlot } from './score-plot.js';
import { SoundPlot } from './sound-plot.js';
import { ThresholdSlider } from './threshold-slider.js';

const lagSeconds = 0.3;                  // how far the right edge lies behind what was just recorded, so that scores have come by then
const frameMs = 33;
const calmMs = 500;                      // between two pictures for those who ask for less motion
const pixelsPerSecond = 55;
const [shortest, longest] = [5, 12];

/** The live plots, one below the other on one axis of time, and what the tried threshold makes of them. */
export class LiveView {
  #clock = new LiveClock();
  #parts;
  #threshold;
  #sound;
  #scores;
  #slider;
  #drawnMs = 0;
  #waiting = false;
  #calm = matchMedia('(prefers-reduced-motion: reduce)');

  /**
   * @param {object} parts the elements: sound, curve, empty, legend, peaks
   * @param {import('./threshold.js').Threshold} threshold
   */
  constructor(parts, threshold) {
    [this.#parts, this.#threshold] = [parts, threshold];
    this.#sound = new SoundPlot(parts.sound, () => this.#draw());
    this.#scores = new ScorePlot(parts.curve, threshold, () => { this.#slider?.show(); this.#draw(); });
    this.#slider = new ThresholdSlider(parts.curve.parentElement, threshold, () => this.#scores.place);
    threshold.addEventListener('change', () => { this.#showPeaks(); this.#draw(); });
  }

  /** What decides; see `decidersOf`. */
  use(deciders) { this.#scores.use(deciders); }

  /** Takes sound; see `SoundPlot.add`. */
  hear(samples, end) {
    this.#parts.empty.hidden = true;
    this.#sound.add(samples, end);
    this.#clock.tick(end);
    this.#run();
  }

  /** Takes scores; see `ScorePlot.add`. */
  score(event, position) {
    this.#scores.add(event, position);
    this.#showPeaks();
  }

  /** Marks a word; see `ScorePlot.mark`. */
  mark(keyword, start, end) { this.#scores.mark(keyword, start, end); }

  /** No sound comes for now. */
  stop() {
    this.#clock.stop();
    this.#draw();
  }

  /** Draws the keyword that the threshold is of. */
  showDecider() {
    showLegend(this.#parts.legend, this.#threshold.decider?.tracks ?? []);
    this.#slider.show();
    this.#draw();
  }

  #showPeaks() {
    const peaks = this.#scores.peaks;
    const triggers = peaks.filter(peak => peak.triggers).length;
    this.#parts.peaks.textContent = peaks.length === 0 ? ''
      : `Of ${peaks.length} ${peaks.length === 1 ? 'peak' : 'peaks'} so far, ${triggers} would have triggered.`;
  }

  #run() {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(now => {
      this.#waiting = false;
      if (now - this.#drawnMs >= (this.#calm.matches ? calmMs : frameMs)) {
        this.#drawnMs = now;
        this.#draw();
      }
      if (this.#clock.runs) this.#run();
    });
  }

  #draw() {
    if (!this.#slider) return;           // still being put together
    const now = this.#clock.now - (this.#clock.runs ? lagSeconds : 0);
    const span = Math.min(longest, Math.max(shortest, this.#parts.curve.clientWidth / pixelsPerSecond));
    this.#sound.draw(now, span);
    this.#scores.draw(now, span);
  }
}
