const staleMs = 8000;
const keptLines = 6;
const reasons = { tooShort: 'too short', tooQuiet: 'too quiet', clipped: 'overdriven', notSpeech: 'hardly speech' };

/** What speech expresses, as bars, and what is said; with the notice that it is an estimate of expression. */
export class EmotionCard {
  #parts;
  #timer;
  #labels = [];

  /** @param {object} parts the elements: card, label, bars, notice, off, partial, transcript */
  constructor(parts) { this.#parts = parts; }

  /** Fits the card to the models that the server loaded: bars where an emotion model is active, the reason and the way to turn it on where it is off. */
  models(models) {
    const { card, bars, notice, off } = this.#parts;
    const emotion = models.find(model => model.kind === 'emotion' && model.active) ?? models.find(model => model.kind === 'emotion');
    const transcribes = models.some(model => model.kind === 'transcriber' && model.active);
    card.hidden = !emotion && !transcribes;
    card.dataset.transcribes = transcribes;
    this.#labels = emotion?.active ? emotion.emotions : [];
    bars.hidden = this.#labels.length === 0;
    bars.replaceChildren(...this.#labels.map(row));
    if (emotion?.note) notice.textContent = emotion.note;
    off.hidden = !emotion || emotion.active;
    this.clear();
  }

  /** Shows an estimate: an event of type `emotion`. */
  emotion(event) {
    const { label, bars, notice } = this.#parts;
    const reason = reasons[event.reason];
    label.textContent = `${event.label}${reason ? `: ${reason}` : ''}${event.final ? '' : ' …'}`;
    label.dataset.state = event.label === 'unsure' ? 'wait' : 'good';
    label.dataset.final = event.final;
    notice.textContent = event.notice;
    for (const bar of bars.children) {
      const posterior = event.posteriors[bar.dataset.emotion] ?? 0;
      bar.querySelector('meter').value = posterior;
      bar.querySelector('output').textContent = posterior.toFixed(2);
      bar.dataset.best = bar.dataset.emotion === event.label;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.clear(), staleMs);
  }

  /** Adds what was said: an event of type `speech`. */
  speech(event) {
    const { transcript, partial } = this.#parts;
    const line = document.createElement('li');
    line.textContent = event.text;
    transcript.append(line);
    while (transcript.children.length > keptLines) transcript.firstChild.remove();
    partial.textContent = '';
  }

  /** Shows what is being said; absent while nobody speaks. */
  partial(text) { this.#parts.partial.textContent = text ? `${text} …` : ''; }

  /** Empties the bars. */
  clear() {
    const { label, bars } = this.#parts;
    label.textContent = this.#labels.length > 0 ? 'nobody speaks' : 'off';
    label.dataset.state = 'off';
    delete label.dataset.final;
    for (const bar of bars.children) {
      bar.querySelector('meter').value = 0;
      bar.querySelector('output').textContent = '–';
      delete bar.dataset.best;
    }
  }
}

function row(emotion) {
  const created = document.createElement('div');
  created.dataset.emotion = emotion;
  created.innerHTML = '<dt></dt><dd><meter min="0" max="1" value="0"></meter><output>–</output></dd>';
  created.querySelector('dt').textContent = emotion;
  created.querySelector('meter').setAttribute('aria-label', `Probability of ${emotion}`);
  return created;
}
