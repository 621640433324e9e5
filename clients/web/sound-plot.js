import { colour, fit, rgb } from './canvas.js';
import { LogMel } from './log-mel.js';

const columnsKept = 1600;                // 16 s: more than is ever seen
const [quiet, loud] = [7, 19];           // log-mel energies that are drawn as the ground and at full strength
const waveShare = 0.36;                  // of the height
const columnSamples = LogMel.hopSeconds * 16000;

/** Waveform and mel bands of the last seconds. */
export class SoundPlot {
  #canvas;
  #mel = new LogMel();
  #bands = new Uint8ClampedArray(columnsKept * LogMel.bands);      // strength 0 to 255, column after column
  #wave = new Int16Array(columnsKept * 2);                         // lowest and highest sample of each column
  #picture = new OffscreenCanvas(columnsKept, LogMel.bands);
  #palette = null;
  #columns = 0;
  #bandColumns = 0;
  #rest = new Int16Array(0);
  #first = 0;                            // position of column 0

  /** @param {HTMLCanvasElement} canvas @param {() => void} redraw asked for when size or colours change */
  constructor(canvas, redraw) {
    this.#canvas = canvas;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.#palette = null; });
    fit(canvas, redraw);
  }

  /**
   * Takes the next samples.
   * @param {Int16Array} samples 16 kHz, not kept
   * @param {number} end position at their end
   */
  add(samples, end) {
    const all = new Int16Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    const from = this.#columns;
    let at = 0;
    for (; at + columnSamples <= all.length; at += columnSamples) this.#addWave(all.subarray(at, at + columnSamples));
    this.#rest = all.slice(at);
    this.#first = end - this.#rest.length / 16000 - this.#columns * LogMel.hopSeconds;
    for (const bands of this.#mel.push(samples)) this.#addBands(bands);
    this.#paint(Math.max(0, Math.min(from, this.#columns) - 3), this.#columns);
  }

  /**
   * Draws.
   * @param {number} now position at the right edge
   * @param {number} span seconds that are seen
   */
  draw(now, span) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext('2d');
    if (this.#palette === null) this.#repaint();
    const split = Math.round(height * waveShare);
    context.fillStyle = colour('well');
    context.fillRect(0, 0, width, height);
    const scale = width / (span / LogMel.hopSeconds);              // pixels a column
    const last = (now - this.#first) / LogMel.hopSeconds;          // column at the right edge
    const begin = Math.max(0, Math.ceil(last - span / LogMel.hopSeconds), this.#columns - columnsKept + 1);
    const x = column => width - (last - column) * scale;
    this.#drawBands(context, begin, x, scale, split, height - split);
    this.#drawWave(context, begin, x, split, width);
  }

  #addWave(samples) {
    let [low, high] = [32767, -32768];
    for (const sample of samples) {
      if (sample < low) low = sample;
      if (sample > high) high = sample;
    }
    const slot = this.#columns++ % columnsKept;
    this.#wave[2 * slot] = low;
    this.#wave[2 * slot + 1] = high;
    this.#bands.fill(0, slot * LogMel.bands, (slot + 1) * LogMel.bands);
  }

  /** A frame is 25 ms long and is drawn where it begins, so that the newest columns of the wave have none yet. */
  #addBands(bands) {
    const slot = this.#bandColumns++ % columnsKept;
    bands.forEach((energy, band) => { this.#bands[slot * LogMel.bands + band] = 255 * (energy - quiet) / (loud - quiet); });
  }

  #repaint() {
    const [ground, accent, text] = ['well', 'accent', 'text'].map(rgb);
    const mix = (a, b, share) => a.map((value, i) => value + (b[i] - value) * share);
    this.#palette = Array.from({ length: 256 }, (_, i) => i < 160 ? mix(ground, accent, i / 160) : mix(accent, text, (i - 160) / 95));
    this.#paint(Math.max(0, this.#columns - columnsKept), this.#columns);
  }

  /** Brings columns into the picture. */
  #paint(from, to) {
    if (this.#palette === null || to <= from) return;
    const context = this.#picture.getContext('2d');
    for (let column = from; column < to;) {
      const slot = column % columnsKept;
      const count = Math.min(to - column, columnsKept - slot);
      const image = context.createImageData(count, LogMel.bands);
      for (let i = 0; i < count; i++)
        for (let band = 0; band < LogMel.bands; band++) {
          const [r, g, b] = this.#palette[this.#bands[(slot + i) * LogMel.bands + band]];
          image.data.set([r, g, b, 255], 4 * ((LogMel.bands - 1 - band) * count + i));
        }
      context.putImageData(image, slot, 0);
      column += count;
    }
  }

  #drawBands(context, begin, x, scale, top, height) {
    context.imageSmoothingEnabled = true;
    for (let column = begin; column < this.#columns;) {
      const slot = column % columnsKept;
      const count = Math.min(this.#columns - column, columnsKept - slot);
      context.drawImage(this.#picture, slot, 0, count, LogMel.bands, x(column), top, count * scale, height);
      column += count;
    }
  }

  #drawWave(context, begin, x, height, width) {
    const middle = height / 2;
    context.strokeStyle = colour('line');
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, middle);
    context.lineTo(width, middle);
    context.stroke();
    // The square root makes soft speech visible beside loud.
    const y = sample => middle - Math.sign(sample) * Math.sqrt(Math.abs(sample) / 32768) * (middle - 2);
    context.fillStyle = colour('accent');
    context.beginPath();
    for (let column = begin; column < this.#columns; column++) context.lineTo(x(column), y(this.#wave[2 * (column % columnsKept) + 1]) - 0.5);
    for (let column = this.#columns - 1; column >= begin; column--) context.lineTo(x(column), y(this.#wave[2 * (column % columnsKept)]) + 0.5);
    context.fill();
  }
}
