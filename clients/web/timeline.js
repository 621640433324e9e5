import { colour, drawDashed, drawPeak, drawScoreAxis, fit, font, nameScores } from './canvas.js';
import { FileSound } from './file-sound.js';
import { ScorePeaks } from './score-peaks.js';
import { TimeWindow } from './time-window.js';

const axisHeight = 20;
const speechHeight = 24;
const waveShare = 0.26;
const mostNamedPeaks = 30;
const tickSeconds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const pixelsBetweenTicks = 76;

/** What was found in a recording, over time: its sound, its scores, its words, who speaks; and where it is being played. */
export class Timeline {
  #canvas;
  #threshold;
  #still = new OffscreenCanvas(1, 1);    // everything but the playhead
  #stale = true;
  #report = null;
  #peaks = null;
  #sound = null;
  #playhead = 0;

  /** The part that is seen. */
  view = new TimeWindow();

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import('./threshold.js').Threshold} threshold the one that is tried; tells which keyword is drawn
   */
  constructor(canvas, threshold) {
    [this.#canvas, this.#threshold] = [canvas, threshold];
    this.view.addEventListener('change', () => this.redraw());
    threshold.addEventListener('change', () => this.redraw());
    fit(canvas, () => this.redraw());
  }

  /** Where in its place the scores are, in pixels. */
  get place() {
    const height = this.#canvas.clientHeight - axisHeight - (this.#report?.segments?.length > 0 ? speechHeight : 0);
    const top = this.#sound ? Math.round(height * waveShare) : 0;
    return { top, height: height - top };
  }

  /** Shows a report. */
  show(report) {
    [this.#report, this.#sound, this.#playhead] = [report, null, 0];
    this.findPeaks();
    this.view.reset(report.durationSeconds);
  }

  /** Shows the sound beside it; null where there is none to show. */
  hear(sound) {
    this.#sound = sound;
    this.redraw();
  }

  /** Looks for the peaks of another keyword. */
  findPeaks() {
    const decider = this.#threshold.decider;
    this.#peaks = null;
    const curve = decider && this.#curveOf(decider.tracks.find(track => track.decides));
    if (!curve) return;
    this.#peaks = new ScorePeaks(decider.refractorySeconds);
    curve.values.forEach((score, i) => this.#peaks.add((i + 1) * curve.stepSeconds, score));
  }

  /** The peaks, as the tried threshold makes them. */
  get peaks() { return this.#peaks?.at(this.#threshold.value) ?? []; }

  /** Moves the playhead. */
  play(seconds) {
    this.#playhead = seconds;
    this.#draw();
  }

  /** Draws everything anew. */
  redraw() {
    this.#stale = true;
    this.#draw();
  }

  #curveOf(track) { return this.#report?.posteriors?.find(curve => curve.stage === track.stage && curve.keyword === this.#threshold.decider.keyword); }

  #draw() {
    const { clientWidth: width, width: deviceWidth, height: deviceHeight } = this.#canvas;
    if (!this.#report || deviceWidth === 0 || deviceHeight === 0) return;      // not in sight yet
    if (this.#stale) {
      [this.#still.width, this.#still.height] = [deviceWidth, deviceHeight];
      const scale = deviceWidth / width;
      const context = this.#still.getContext('2d');
      context.setTransform(scale, 0, 0, scale, 0, 0);
      this.#drawStill(context, width);
      this.#stale = false;
    }
    const context = this.#canvas.getContext('2d');
    context.drawImage(this.#still, 0, 0, width, this.#canvas.clientHeight);
    context.fillStyle = colour('text');
    context.fillRect(Math.round(this.#x(this.#playhead, width)) - 0.75, 0, 1.5, this.#canvas.clientHeight - axisHeight);
  }

  #x(seconds, width) { return (seconds - this.view.from) / this.view.span * width; }

  #drawStill(context, width) {
    const x = seconds => this.#x(seconds, width);
    const { top, height } = this.place;
    const bottom = top + height;
    context.fillStyle = colour('well');
    context.fillRect(0, 0, width, this.#canvas.clientHeight);
    const y = drawScoreAxis(context, width, top, height);
    this.#drawWords(context, x, bottom);
    if (this.#sound) this.#drawWave(context, x, top, width);
    const decider = this.#threshold.decider;
    if (decider) {
      if (this.#threshold.isTried) drawDashed(context, width, y(decider.threshold), 'quiet');
      for (const track of decider.tracks) {
        const curve = this.#curveOf(track);
        if (curve) this.#drawCurve(context, curve, x, y, track, width);
      }
      const seen = this.peaks.filter(peak => peak.time >= this.view.from && peak.time <= this.view.to);
      if (seen.length <= mostNamedPeaks) for (const peak of seen) drawPeak(context, width, x(peak.time), y(peak.score), peak);
    }
    nameScores(context, y);
    this.#drawSegments(context, x, bottom);
    this.#drawAxis(context, x, width);
  }

  #drawWords(context, x, height) {
    for (const event of this.#report.events.filter(event => event.type === 'wakeWord')) {
      context.fillStyle = colour('accent-soft');
      context.fillRect(x(event.start), 0, Math.max(2, x(event.end) - x(event.start)), height);
    }
  }

  #drawWave(context, x, height, width) {
    const middle = height / 2;
    const { extremes } = this.#sound;
    const perPixel = this.view.span / width / FileSound.bucketSeconds;
    context.fillStyle = colour('quiet');
    for (let pixel = 0; pixel < width; pixel++) {
      const first = Math.floor(this.view.from / FileSound.bucketSeconds + pixel * perPixel);
      let [low, high] = [0, 0];
      for (let i = first; i < Math.max(first + 1, first + perPixel) && 2 * i < extremes.length; i++) {
        low = Math.min(low, extremes[2 * i]);
        high = Math.max(high, extremes[2 * i + 1]);
      }
      const [up, down] = [high, -low].map(value => Math.sqrt(Math.max(0, value) / 32768) * (middle - 3));
      context.fillRect(pixel, middle - up, 1, Math.max(1, up + down));
    }
  }

  /**
   * Of the values that fall on one pixel the highest is drawn, and from afar with a line below it: a short word must not vanish in a long recording.
   * Where there was nothing to judge, the curve has a hole.
   */
  #drawCurve(context, curve, x, y, { look, decides }, width) {
    const step = curve.stepSeconds;
    const first = Math.max(0, Math.floor(this.view.from / step) - 2);
    const last = Math.min(curve.values.length, Math.ceil(this.view.to / step) + 1);
    context.strokeStyle = colour(look);
    context.lineWidth = decides ? 2 : 1.25;
    context.lineJoin = 'round';
    context.beginPath();
    const wide = step / this.view.span * width >= 1;
    let [pixel, highest, broken] = [null, 0, true];
    const draw = () => {
      if (highest > 0) {
        if (broken) context.moveTo(pixel, y(wide ? highest : 0));
        context.lineTo(pixel, y(highest));
      }
      [broken, highest] = [highest === 0, 0];
    };
    for (let i = first; i < last; i++) {
      const at = wide ? x((i + 1) * step) : Math.floor(x((i + 1) * step));
      if (at !== pixel && pixel !== null) draw();
      pixel = at;
      highest = Math.max(highest, curve.values[i]);
    }
    draw();
    context.stroke();
  }

  #drawSegments(context, x, top) {
    context.font = font;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    for (const segment of this.#report.segments ?? []) {
      const [left, right] = [x(segment.start), x(segment.end)];
      context.fillStyle = colour('second-soft');
      context.fillRect(left, top + 2, Math.max(2, right - left - 1), speechHeight - 4);
      context.fillStyle = colour('text');
      context.fillText(shorten(context, [segment.label, segment.text].filter(Boolean).join(' · '), right - left - 10), left + 5, top + speechHeight / 2);
    }
  }

  #drawAxis(context, x, width) {
    const height = this.#canvas.clientHeight;
    const step = tickSeconds.find(seconds => seconds / this.view.span * width >= pixelsBetweenTicks) ?? tickSeconds.at(-1);
    context.font = font;
    context.fillStyle = colour('quiet');
    context.textBaseline = 'middle';
    context.textAlign = 'center';
    for (let i = Math.ceil(this.view.from / step); i * step <= this.view.to; i++) {
      const at = Math.min(width - 14, Math.max(14, x(i * step)));
      context.fillRect(x(i * step), height - axisHeight, 1, 4);
      context.fillText(formatTime(i * step, step < 1 ? 1 : 0), at, height - axisHeight / 2 + 2);
    }
  }
}

/** As much of a text as has room, with dots for the rest; nothing where not even a few letters have. */
function shorten(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 0 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return length < 3 ? '' : `${text.slice(0, length).trimEnd()}…`;
}

/** Seconds as m:ss, or h:mm:ss. */
export function formatTime(seconds, digits = 0) {
  const whole = Math.floor(seconds + 1e-6);
  const rest = digits > 0 ? (seconds + 1e-6 - whole).toFixed(digits).slice(1) : '';
  const [hours, minutes, last] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}` : minutes}:${String(last).padStart(2, '0')}${rest}`;
}
