import { recordWord } from './word-recorder.js';

const phoneModel = 'phoneModel';
const takes = 3;

/**
 * Wake words that are given as text: a field to add one, and a list that says of each how it is heard, records it by the voice that is
 * there, and takes it away again.
 */
export class KeywordsCard {
  #server;
  #parts;
  #onWords;
  #busy = false;

  /**
   * @param {import('./avserver.js').AVServer} server
   * @param {object} parts the elements: card, form, text, add, status, list
   * @param {(words: object[]) => void} onWords told which words there are, as `/api/keywords` lists them, whenever that has changed
   */
  constructor(server, parts, onWords) {
    [this.#server, this.#parts, this.#onWords] = [server, parts, onWords];
    parts.form.addEventListener('submit', event => {
      event.preventDefault();
      this.#add(parts.text.value.trim());
    });
  }

  /** Fits the card to the models that the server loaded: without one that hears phones there is none. */
  async models(models) {
    this.#parts.card.hidden = !models.some(model => model.kind === phoneModel);
    if (!this.#parts.card.hidden) await this.#do(() => this.#refresh());
  }

  #add(text) {
    return this.#do(async () => {
      this.#tell(`Measuring “${text}” on stored speech …`, 'wait');
      const { name, warnings } = await this.#server.addKeyword({ text });
      this.#parts.text.value = '';
      await this.#refresh();
      this.#tell([`Listening for “${name}” from now on.`, ...warnings].join(' '), warnings.length > 0 ? 'wait' : 'good');
    });
  }

  #record(name) {
    return this.#do(async () => {
      this.#tell('Opening the microphone …', 'wait');
      const recordings = await recordWord(takes, take => this.#tell(`Say “${name}” now: ${take} of ${takes}.`, 'wait'));
      this.#tell(`Comparing ${takes} recordings of “${name}” with stored speech …`, 'wait');
      const { enrolment } = await this.#server.enrolKeyword(name, recordings.map(bytes => new Blob([bytes], { type: 'audio/wav' })));
      await this.#refresh();
      this.#focus(name, 'record');
      this.#tell(`“${name}” is known by this voice. ${found(enrolment)}`, 'good');
    });
  }

  #forget(name) {
    return this.#do(async () => {
      await this.#server.forgetRecordings(name);
      await this.#refresh();
      this.#focus(name, 'record');
      this.#tell(`“${name}” is known by its text alone.`, 'off');
    });
  }

  #focus(name, button) { this.#parts.list.querySelector(`[data-keyword="${CSS.escape(name)}"] .${button}`)?.focus(); }

  #remove(name) {
    return this.#do(async () => {
      await this.#server.removeKeyword(name);
      const place = [...this.#parts.list.children].findIndex(item => item.dataset.keyword === name);
      await this.#refresh();
      // The button that had the focus is gone: the next one takes it, so that the keyboard stays where it was.
      const { children } = this.#parts.list;
      (children[Math.min(place, children.length - 1)]?.querySelector('.remove') ?? this.#parts.text).focus();
      this.#tell(`No longer listening for “${name}”.`, 'off');
    });
  }

  /** One thing at a time; what goes wrong is told. */
  async #do(action) {
    if (this.#busy) return;
    this.#busy = true;
    this.#parts.add.setAttribute('aria-busy', 'true');
    try {
      await action();
    } catch (error) {
      this.#tell(error.message, 'bad');
    } finally {
      this.#busy = false;
      this.#parts.add.removeAttribute('aria-busy');
    }
  }

  async #refresh() {
    const words = (await this.#server.keywords()).filter(word => word.details);
    this.#parts.list.replaceChildren(...words.map(({ details }) => this.#entry(details)));
    this.#onWords(words);
  }

  #entry({ name, pronunciations, request, calibration, warnings, enrolment }) {
    const item = document.createElement('li');
    item.dataset.keyword = name;
    item.innerHTML = '<div class="bar"><strong></strong></div><span class="quiet"></span>';
    item.querySelector('strong').textContent = name;
    item.querySelector('.quiet').textContent = [
      pronunciations.map(way => `${way.phones} (${way.source})`).join(' or '),
      `threshold ${calibration.threshold.toFixed(5)}`,
      `${request.falseAlarmsPerHour} false ${request.falseAlarmsPerHour === 1 ? 'alarm' : 'alarms'} per hour`,
      request.streams?.length > 0 && `on ${request.streams.join(', ')} only`,
      enrolment && `recorded ${enrolment.recordings.length} times`,
    ].filter(Boolean).join(' · ');
    item.append(...warnings.map(warning => Object.assign(document.createElement('span'), { className: 'warning', textContent: warning })));
    const button = (className, text, label, act) => {
      const made = Object.assign(document.createElement('button'), { type: 'button', className, textContent: text });
      made.setAttribute('aria-label', label);
      made.addEventListener('click', act);
      item.querySelector('.bar').append(made);
    };
    button('record', enrolment ? 'Record again' : 'Record it', `Record “${name}” three times`, () => this.#record(name));
    if (enrolment) button('forget', 'Forget it', `Forget the recordings of “${name}”`, () => this.#forget(name));
    button('remove', 'Remove', `Remove “${name}”`, () => this.#remove(name));
    return item;
  }

  #tell(text, state) {
    this.#parts.status.textContent = text;
    this.#parts.status.dataset.state = state;
  }
}

/** What recordings brought, in a sentence. */
function found({ recordings }) {
  const [before, after] = ['byText', 'byOthers'].map(by => recordings.filter(recording => recording[by] >= 0).length);
  return `Of the ${recordings.length} recordings ${before} are found by the text alone, ${after} with the help of the others.`;
}
