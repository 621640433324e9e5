const clickPixels = 5;
const wheelZoom = 1.0015;
const keyZoom = 0.6;
const seekSeconds = 0.5;

/**
 * Moves a window on a recording by mouse, finger, wheel and keys; what is a mere click, or an arrow, seeks.
 * @param {HTMLElement} element shows the window over its whole width
 * @param {import('./time-window.js').TimeWindow} view
 * @param {{seek: (seconds: number) => void, time: () => number, toggle: () => void}} player
 */
export function listenForGestures(element, view, { seek, time, toggle }) {
  const pointers = new Map();
  let moved = false;
  const timeAt = x => view.from + (x - element.getBoundingClientRect().left) / element.clientWidth * view.span;

  element.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    pointers.set(event.pointerId, event.clientX);
    moved = pointers.size > 1;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener('pointermove', event => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const others = [...pointers].filter(([id]) => id !== event.pointerId);
    if (others.length === 1) {
      const other = others[0][1];
      const [was, is] = [before, event.clientX].map(x => Math.max(10, Math.abs(x - other)));
      view.zoom(was / is, timeAt((other + event.clientX) / 2));
    } else if (!moved && Math.abs(event.clientX - before) < clickPixels) {
      return;
    } else {
      view.pan((before - event.clientX) / element.clientWidth * view.span);
    }
    moved = true;
    pointers.set(event.pointerId, event.clientX);
  });
  const release = event => {
    if (!pointers.delete(event.pointerId) || event.type === 'pointercancel' || moved) return;
    seek(timeAt(event.clientX));
  };
  for (const type of ['pointerup', 'pointercancel']) element.addEventListener(type, release);

  element.addEventListener('wheel', event => {
    if (event.ctrlKey || event.metaKey) view.zoom(wheelZoom ** event.deltaY, timeAt(event.clientX));
    else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX / element.clientWidth * view.span);
    else return;                         // up and down is the page's
    event.preventDefault();
  }, { passive: false });

  const keys = {
    ArrowLeft: () => seek(time() - seekSeconds), ArrowRight: () => seek(time() + seekSeconds), Home: () => seek(0), End: () => seek(view.duration),
    '+': () => view.zoom(keyZoom, time()), '=': () => view.zoom(keyZoom, time()), '-': () => view.zoom(1 / keyZoom, time()), 0: () => view.reset(), ' ': toggle,
  };
  element.addEventListener('keydown', event => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
}
