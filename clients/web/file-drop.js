import { formatTime } from './timeline.js';

/** Where recordings are dropped or chosen: has them scored, and shows how far that is. */
export class FileDrop {
  #scoring;
  #parts;
  #done;
  #show;
  #cancel = null;

  /**
   * @param {import('./file-scoring.js').FileScoring} scoring
   * @param {object} parts the elements: drop, input, progress, bar, text, cancel
   * @param {(file: File, report: object, results: Record<string, Blob>) => void} done told what was found
   * @param {(message: string | null) => void} show shows a message, or takes it away
   */
  constructor(scoring, parts, done, show) {
    [this.#scoring, this.#parts, this.#done, this.#show] = [scoring, parts, done, show];
    const { drop, input, cancel } = parts;
    input.addEventListener('change', () => input.files[0] && this.#score(input.files[0]));
    // Anywhere on the page: a browser leaves it for a file that is dropped beside the mark.
    for (const type of ['dragenter', 'dragover']) document.addEventListener(type, event => { event.preventDefault(); drop.classList.add('over'); });
    for (const type of ['dragleave', 'drop']) document.addEventListener(type, () => drop.classList.remove('over'));
    document.addEventListener('drop', event => {
      event.preventDefault();
      if (event.dataTransfer.files[0]) this.#score(event.dataTransfer.files[0]);
    });
    cancel.addEventListener('click', () => this.#cancel?.abort());
  }

  async #score(file) {
    if (this.#cancel) return;
    const { drop, input, progress } = this.#parts;
    this.#cancel = new AbortController();
    const { signal } = this.#cancel;
    this.#show(null);
    this.#progress({ phase: 'upload', done: 0 });
    [drop.hidden, progress.hidden] = [true, false];
    try {
      const { report, results } = await this.#scoring.score(file, { signal, onProgress: step => this.#progress(step) });
      this.#done(file, report, results);
    } catch (error) {
      if (!signal.aborted) this.#show(`${file.name}: ${error.message}`);
    } finally {
      this.#cancel = null;
      [drop.hidden, progress.hidden] = [false, true];
      input.value = '';
    }
  }

  #progress({ phase, done, total }) {
    const { bar, text } = this.#parts;
    if (total > 0) bar.value = done / total;
    else bar.removeAttribute('value');
    text.textContent = {
      upload: () => `Sending${total > 0 ? `, ${Math.round(100 * done / total)} %` : ''}`,
      queued: () => 'Waiting: other files come first',
      score: () => `Listened to ${formatTime(done)}${total > 0 ? ` of ${formatTime(total)}` : ''}`,
    }[phase]();
  }
}
