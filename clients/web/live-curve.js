import { colour, drawScale, drawThreshold, fit } from './canvas.js';

const span = 12;                         // seconds that are seen
const followMs = 250;                    // how far the right edge lags behind the newest value, so that the curve glides

/** Scores of the last seconds, scrolling, with what was detected as bands. */
export class LiveCurve {
  #canvas;
  #points = [];
  #words = [];
  #newest = null;
  #running = false;

  /** Score above which a candidate is looked at more closely. */
  threshold;

  constructor(canvas) {
    this.#canvas = canvas;
    fit(canvas, () => this.#draw());
  }

  /** Takes the scores that a telemetry event brings. */
  add(event) {
    if (this.#newest && event.time < this.#newest.time) this.clear();      // a new stream began
    const values = Object.values(event.posteriors)[0] ?? [];
    values.forEach((value, i) => this.#points.push({ time: event.time - (values.length - 1 - i) * event.step, value }));
    this.#newest = { time: event.time, atMs: performance.now() };
    const oldest = event.time - span - 1;
    while (this.#points.length > 0 && this.#points[0].time < oldest) this.#points.shift();
    if (!this.#running) this.#run();
  }

  /** Marks a word. */
  mark(event) { this.#words.push(event); if (this.#words.length > 50) this.#words.shift(); }

  clear() {
    this.#points = [];
    this.#words = [];
    this.#newest = null;
    this.#draw();
  }

  #run() {
    this.#running = this.#newest !== null && performance.now() - this.#newest.atMs < 2000;
    this.#draw();
    if (this.#running) requestAnimationFrame(() => this.#run());
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    const y = drawScale(context, width, height);
    if (this.#newest) this.#drawScores(context, width, height, y);
    if (this.threshold !== undefined) drawThreshold(context, width, y, this.threshold);
  }

  #drawScores(context, width, height, y) {
    const now = this.#newest.time + (Math.min(performance.now() - this.#newest.atMs, 1000) - followMs) / 1000;
    const x = time => width - (now - time) / span * width;

    context.fillStyle = colour('accent-soft');
    for (const word of this.#words) context.fillRect(x(word.start), 0, x(word.end) - x(word.start), height);
    context.strokeStyle = colour('accent');
    context.lineWidth = 2;
    context.lineJoin = 'round';
    context.beginPath();
    for (const point of this.#points) context.lineTo(x(point.time), y(point.value));
    context.stroke();
    context.fillStyle = colour('text');
    context.font = '12px system-ui, sans-serif';
    for (const word of this.#words) context.fillText(word.keyword, x(word.start) + 4, 16);
  }
}
