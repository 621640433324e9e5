// Scores are drawn by their logit: between 0.9 and 0.999 lies most of what a threshold decides, and a linear axis would press it into a line.
const lowest = 0.002;
const highest = 0.99999;

const logit = score => Math.log(score / (1 - score));
const [bottom, top] = [logit(lowest), logit(highest)];

/** Scores that the axis names. */
export const ticks = [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];

/** How far up a score lies, 0 to 1. */
export function heightOf(score) {
  return (logit(Math.min(highest, Math.max(lowest, score))) - bottom) / (top - bottom);
}

/** The score that lies so far up. */
export function scoreAt(height) {
  return 1 / (1 + Math.exp(-(bottom + Math.min(1, Math.max(0, height)) * (top - bottom))));
}

/** A score with as many digits as tell it from its neighbours. */
export function formatScore(score) {
  const rest = Math.min(score, 1 - score);
  return score.toFixed(rest >= 0.095 || rest < 0.000005 ? 2 : rest >= 0.0095 ? 3 : rest >= 0.00095 ? 4 : 5);
}
