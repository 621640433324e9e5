import { formatScore, heightOf, ticks } from './score-scale.js';

/** Space above and below the scores, in pixels; the threshold's handle keeps to it too. */
export const scorePadding = 10;

/** Fits a canvas to its place on the page, at the screen's resolution, and tells whenever that or the colours change. */
export function fit(canvas, draw) {
  const resize = () => {
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    canvas.getContext('2d').setTransform(scale, 0, 0, scale, 0, 0);
    draw();
  };
  new ResizeObserver(resize).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { colours.clear(); draw(); });
  resize();
}

const colours = new Map();

/** A colour of the style sheet. */
export function colour(name) {
  if (!colours.has(name)) colours.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return colours.get(name);
}

/** A colour of the style sheet as [red, green, blue], 0 to 255. */
export function rgb(name) {
  return [1, 3, 5].map(at => Number.parseInt(colour(name).slice(at, at + 2), 16));
}

/** The font of what is written into a plot. */
export const font = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** Ground and lines of a plot of scores. Returns the vertical position of a score. */
export function drawScoreAxis(context, width, top, height) {
  const y = score => top + scorePadding + (1 - heightOf(score)) * (height - 2 * scorePadding);
  context.fillStyle = colour('well');
  context.fillRect(0, top, width, height);
  context.lineWidth = 1;
  context.strokeStyle = colour('line');
  for (const score of ticks) {
    const at = Math.round(y(score)) + 0.5;
    context.beginPath();
    context.moveTo(0, at);
    context.lineTo(width, at);
    context.stroke();
  }
  return y;
}

/** The scores that the lines stand for; to be written last, over the curves. */
export function nameScores(context, y) {
  for (const score of ticks) writeOver(context, String(score), 4, y(score) - 3, 'quiet');
}

/** The threshold as a dashed line. */
export function drawDashed(context, width, y, name) {
  context.lineWidth = 1;
  context.strokeStyle = colour(name);
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
  context.setLineDash([]);
}

/** A peak: filled where it would trigger, hollow where not, with its score on the side that has room. */
export function drawPeak(context, width, x, y, peak) {
  context.beginPath();
  context.arc(x, y, 4.5, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = colour(peak.triggers ? 'accent' : 'quiet');
  context.fillStyle = colour(peak.triggers ? 'accent' : 'well');
  context.fill();
  context.stroke();
  context.font = font;
  const text = formatScore(peak.score);
  const length = context.measureText(text).width;
  writeOver(context, text, x + 9 + length > width ? x - 9 - length : x + 9, y + 4, peak.triggers ? 'text' : 'quiet');
}

/** Text that stays readable on what is drawn below it. */
export function writeOver(context, text, x, y, name) {
  context.font = font;
  context.textAlign = 'left';
  context.textBaseline = 'alphabetic';
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = colour('well');
  context.strokeText(text, x, y);
  context.fillStyle = colour(name);
  context.fillText(text, x, y);
}

/** Fills a legend: a list of names, each with the colour of its curve. */
export function showLegend(list, entries) {
  list.replaceChildren(...entries.map(({ name, look }) => {
    const item = document.createElement('li');
    item.dataset.look = look;
    item.textContent = name;
    return item;
  }));
}
