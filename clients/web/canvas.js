/** Fits a canvas to its place on the page, at the screen's resolution, and tells whenever that changes. */
export function fit(canvas, draw) {
  const resize = () => {
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    canvas.getContext('2d').setTransform(scale, 0, 0, scale, 0, 0);
    draw();
  };
  new ResizeObserver(resize).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  resize();
}

/** A colour of the style sheet. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Ground and grid at 0, ½ and 1. Returns the vertical position of a score. */
export function drawScale(context, width, height) {
  const y = score => height - 8 - score * (height - 16);
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour('ground');
  context.fillRect(0, 0, width, height);
  context.lineWidth = 1;
  context.strokeStyle = colour('line');
  for (const score of [0, 0.5, 1]) line(context, width, y(score));
  return y;
}

/** The threshold as a dashed line with its value. */
export function drawThreshold(context, width, y, threshold) {
  context.lineWidth = 1;
  context.strokeStyle = colour('warn');
  context.setLineDash([5, 4]);
  line(context, width, y(threshold));
  context.setLineDash([]);
  context.fillStyle = colour('warn');
  context.font = '11px system-ui, sans-serif';
  context.fillText(`threshold ${threshold.toFixed(2)}`, 8, y(threshold) + (threshold > 0.85 ? 14 : -5));
}

function line(context, width, y) {
  context.beginPath();
  context.moveTo(0, y);
  context.lineTo(width, y);
  context.stroke();
}
