import { colour, drawDashed, drawPeak, drawScoreAxis, fit, nameScores, writeOver } from './canvas.js';
import { scoresIn } from './deciders.js';
import { ScorePeaks } from './score-peaks.js';

const keptSeconds = 20;                  // of the curves; more than is ever seen
const peaksKeptSeconds = 600;
const keptWords = 50;
const brokenSeconds = 0.5;               // scores further apart aren't joined by a line

/** Scores of the last seconds: a curve for each track of what decides, its peaks and the words that were detected. */
export class ScorePlot {
  #canvas;
  #threshold;
  #deciders = [];
  #words = [];

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./threshold.js').Threshold} threshold the one that is tried; tells which keyword is drawn
   * @param {() => void} redraw asked for when size or colours change
   */
  constructor(canvas, threshold, redraw) {
    [this.#canvas, this.#threshold] = [canvas, threshold];
    fit(canvas, redraw);
  }

  /** Where in its place the scores are, in pixels. */
  get place() { return { top: 0, height: this.#canvas.clientHeight }; }

  /** What decides; see `decidersOf`. */
  use(deciders) {
    // What goes on deciding keeps its curves.
    const isSame = (one, other) => one.keyword === other.keyword && one.model === other.model && one.tracks.length === other.tracks.length;
    this.#deciders = deciders.map(decider => ({ ...this.#deciders.find(known => isSame(known.decider, decider)) ?? begun(decider), decider }));
  }

  /**
   * Takes the scores that a telemetry event brings.
   * @param {object} event
   * @param {number} position of the event's time
   */
  add(event, position) {
    for (const { decider, peaks, curves } of this.#deciders)
      decider.tracks.forEach((track, i) => scoresIn(event, decider.keyword, track).forEach((score, at, { length }) => {
        const time = position - (length - 1 - at) * event.step;
        if (score > 0) curves[i].push({ time, score });
        if (track.decides) peaks.add(time, score);
        while (curves[i].length > 0 && curves[i][0].time < position - keptSeconds) curves[i].shift();
      }));
  }

  /** Marks a word between two positions. */
  mark(keyword, start, end) {
    this.#words.push({ keyword, start, end });
    if (this.#words.length > keptWords) this.#words.shift();
  }

  /** The peaks of the keyword that is drawn, as the tried threshold makes them. */
  get peaks() { return this.#shown?.peaks.at(this.#threshold.value) ?? []; }

  get #shown() { return this.#deciders.find(({ decider }) => decider === this.#threshold.decider); }

  /** Draws; see `SoundPlot.draw`. */
  draw(now, span) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    const y = drawScoreAxis(context, width, 0, height);
    const x = position => width - (now - position) / span * width;
    const shown = this.#shown;
    if (!shown) return nameScores(context, y);
    if (this.#threshold.isTried) drawDashed(context, width, y(shown.decider.threshold), 'quiet');
    const words = this.#words.filter(word => word.keyword === shown.decider.keyword);
    this.#drawWords(context, words, x, height);
    shown.decider.tracks.forEach((track, i) => drawCurve(context, shown.curves[i], x, y, track));
    for (const peak of this.peaks) if (peak.time > now - span) drawPeak(context, width, x(peak.time), y(peak.score), peak);
    for (const word of words) writeOver(context, word.keyword, x(word.start) + 4, height - 14, 'accent');
    nameScores(context, y);
  }

  #drawWords(context, words, x, height) {
    context.fillStyle = colour('accent-soft');
    for (const word of words) context.fillRect(x(word.start), 0, x(word.end) - x(word.start), height);
  }
}

const begun = decider => ({ peaks: new ScorePeaks(decider.refractorySeconds, peaksKeptSeconds), curves: decider.tracks.map(() => []) });

function drawCurve(context, points, x, y, { look, decides, stands }) {
  context.strokeStyle = colour(look);
  context.lineWidth = decides ? 2.25 : 1.5;
  context.lineJoin = 'round';
  context.beginPath();
  let last = -Infinity;
  for (const { time, score } of points) {
    if (stands || time - last > brokenSeconds) context.moveTo(x(time), y(stands ? 0 : score));
    if (stands || time - last <= brokenSeconds) context.lineTo(x(time), y(score));
    last = time;
  }
  context.stroke();
}
