const maxEntries = 200;
const gaps = { missingInInput: 'did not arrive', droppedWhenBusy: 'dropped, the server was busy', undecodable: 'damaged' };
const losses = {
  restart: 'The server began anew.',
  trimmed: 'More came than is kept.',
  unknownEpoch: 'The server knows nothing of what was shown last.',
};
const spoken = new Set(['wakeWord', 'fault', 'warning', 'gap', 'lost']);

/** The list of what happened, newest first. */
export class EventLog {
  #parts;
  #words = 0;

  /** @param {object} parts the elements: list, empty, count, announce */
  constructor(parts) { this.#parts = parts; }

  /**
   * Adds an event.
   * @param {object} event as the server sends it
   * @param {{latencyMs?: number, buttons?: HTMLElement}} [more] of a wake word: time from the moment its end reached the page from the microphone; what labels it
   */
  add(event, { latencyMs, buttons } = {}) {
    const { list, empty, count, announce } = this.#parts;
    const { title, aside, detail } = describe(event, latencyMs);
    const entry = document.createElement('li');
    entry.className = event.type;
    entry.dataset.type = event.type;
    entry.append(element('strong', title), element('span', aside, 'aside'), element('span', detail, 'quiet'));
    if (buttons) entry.append(buttons);
    if (latencyMs !== undefined) entry.dataset.latencyMs = Math.round(latencyMs);
    list.prepend(entry);
    if (list.children.length > maxEntries) list.lastChild.remove();
    empty.hidden = true;
    if (event.type === 'wakeWord') count.textContent = ++this.#words;
    if (spoken.has(event.type)) announce.textContent = [title, aside].filter(Boolean).join(', ');
  }
}

function describe(event, latencyMs) {
  switch (event.type) {
    case 'wakeWord':
      return {
        title: event.keyword,
        aside: latencyMs === undefined ? '' : `${Math.round(latencyMs)} ms`,
        detail: `${event.start.toFixed(2)}–${event.end.toFixed(2)} s · score ${event.posterior.toFixed(2)}${rests(event)} · ${event.model.name}`,
      };
    case 'missed':
      return { title: `Missed: ${event.keyword}`, aside: clock(event.at), detail: 'The last 3 seconds are labelled. What it scored stands in the plot.' };
    case 'speech':
      return { title: `“${event.text}”`, aside: '', detail: `${event.start.toFixed(2)}–${event.end.toFixed(2)} s · ${event.model?.name ?? 'told by the client'}` };
    case 'emotion':
      return { title: `Sounds ${event.label}${event.reason && event.reason !== 'unlikely' ? ` (${event.reason})` : ''}`, aside: '', detail: `${event.start.toFixed(2)}–${event.end.toFixed(2)} s · ${posteriors(event)} · ${event.text === undefined ? 'by sound' : 'by sound and words'} · ${event.model.name}` };
    case 'opened':
      return { title: 'Stream opened', aside: clock(event.at), detail: event.models.map(model => `${model.name} ${model.version}`).join(', ') || 'No model listens.' };
    case 'closed':
      return { title: 'Stream closed', aside: clock(event.at), detail: `${event.reason} after ${event.duration.toFixed(1)} s` };
    case 'gap':
      return { title: 'Gap', aside: clock(event.at), detail: `${event.duration.toFixed(2)} s of ${event.kind} from ${event.start.toFixed(2)} s: ${gaps[event.reason] ?? event.reason}` };
    case 'lost':
      return { title: 'Events lost', aside: clock(event.at), detail: losses[event.reason] ?? event.reason };
    case 'warning':
      return { title: 'Warning', aside: clock(event.at), detail: event.message };
    case 'fault':
      return { title: `Fault: ${event.code}`, aside: clock(event.at), detail: event.message };
    default:
      return { title: event.type, aside: clock(event.at), detail: '' };
  }
}

/** What a detection rests on, where that isn't sound alone. */
function rests({ modality, scores }) {
  if (modality === 'visual') return ' by lips alone';
  return modality === 'audioVisual' ? ` with lips, sound alone ${scores.audio?.toFixed(2) ?? '–'}` : '';
}

function posteriors(event) { return Object.entries(event.posteriors).sort((a, b) => b[1] - a[1]).slice(0, 2).map(([label, share]) => `${label} ${share.toFixed(2)}`).join(', '); }

function clock(at) { return new Date(at).toLocaleTimeString(); }

function element(name, text, className = '') {
  const created = document.createElement(name);
  created.textContent = text;
  created.className = className;
  return created;
}
