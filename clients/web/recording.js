import { colour, drawScale, fit } from './canvas.js';

const stageColours = ['accent', 'second', 'quiet'];
const seekStep = 0.5;                    // seconds an arrow key moves

/** A file: dropped or chosen, scored by the server, shown as a timeline that plays. */
export class Recording {
  #server;
  #show;
  #parts;
  #report = null;
  #urls = [];

  /**
   * @param {object} server scores the file
   * @param {object} parts the elements: drop, input, scored, name, summary, timeline, player, markers, download
   * @param {(message: string | null) => void} show shows a message, or takes it away
   */
  constructor(server, parts, show) {
    [this.#server, this.#parts, this.#show] = [server, parts, show];
    const { drop, input, timeline, player } = parts;
    input.addEventListener('change', () => input.files[0] && this.score(input.files[0]));
    for (const type of ['dragenter', 'dragover'])
      drop.addEventListener(type, event => { event.preventDefault(); drop.classList.add('over'); });
    for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('over'));
    drop.addEventListener('drop', event => {
      event.preventDefault();
      if (event.dataTransfer.files[0]) this.score(event.dataTransfer.files[0]);
    });
    timeline.addEventListener('click', event => this.#seek(event.offsetX / timeline.clientWidth * this.#report.durationSeconds));
    timeline.addEventListener('keydown', event => {
      const step = { ArrowLeft: -seekStep, ArrowRight: seekStep }[event.key];
      if (step) { event.preventDefault(); this.#seek(player.currentTime + step); }
    });
    for (const type of ['timeupdate', 'seeked']) player.addEventListener(type, () => this.#draw());
  }

  /** Has a file scored and shows the result. */
  async score(file) {
    const { drop, input } = this.#parts;
    this.#show(null);
    drop.classList.add('busy');
    drop.setAttribute('aria-busy', 'true');
    try {
      this.#present(file, await this.#server.score(file, { posteriors: true }));
    } catch (error) {
      this.#show(`${file.name}: ${error.message}`);
    } finally {
      drop.classList.remove('busy');
      drop.removeAttribute('aria-busy');
      input.value = '';
    }
  }

  #present(file, report) {
    const { scored, name, summary, player, markers, download, timeline } = this.#parts;
    const first = this.#report === null;
    this.#report = report;
    scored.hidden = false;
    name.textContent = report.file;
    const best = Object.entries(report.maxPosterior).map(([keyword, score]) => `${keyword} at most ${score.toFixed(2)}`).join(', ');
    const words = report.events.filter(event => event.type === 'wakeWord');
    summary.textContent = `${report.durationSeconds.toFixed(1)} s · ${words.length} found${best && ` · ${best}`}`;
    markers.replaceChildren(...words.map(word => this.#marker(word)), ...(report.segments ?? []).map(segment => this.#segment(segment)));

    this.#urls.forEach(URL.revokeObjectURL);
    this.#urls = [file, new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' })].map(URL.createObjectURL);
    player.src = this.#urls[0];
    download.href = this.#urls[1];
    download.download = `${report.file}.json`;
    download.hidden = false;
    if (first) fit(timeline, () => this.#draw());
    this.#draw();
  }

  #marker(word) { return this.#place(word.start - 0.3, `${word.keyword} ${word.start.toFixed(2)}–${word.end.toFixed(2)} s · ${word.posterior.toFixed(2)}`); }

  #segment(segment) {
    const sounds = segment.label && `sounds ${segment.label}${segment.label in segment.posteriors ? ` ${segment.posteriors[segment.label].toFixed(2)}` : ''}`;
    const item = this.#place(segment.start, [`${segment.start.toFixed(1)}–${segment.end.toFixed(1)} s`, sounds, segment.text && `“${segment.text}”`].filter(Boolean).join(' · '));
    item.className = 'segment';
    return item;
  }

  #place(seconds, text) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.addEventListener('click', () => { this.#seek(Math.max(0, seconds)); this.#parts.player.play(); });
    item.append(button);
    return item;
  }

  #seek(seconds) { this.#parts.player.currentTime = Math.max(0, Math.min(seconds, this.#report.durationSeconds)); }

  #draw() {
    if (!this.#report) return;
    const { timeline, player } = this.#parts;
    const { clientWidth: width, clientHeight: height } = timeline;
    const context = timeline.getContext('2d');
    const y = drawScale(context, width, height);
    const x = seconds => seconds / this.#report.durationSeconds * width;
    context.fillStyle = colour('accent-soft');
    for (const event of this.#report.events)
      if (event.type === 'wakeWord') context.fillRect(x(event.start), 0, Math.max(2, x(event.end) - x(event.start)), height);
    (this.#report.posteriors ?? []).forEach((curve, i) => {
      const stage = colour(stageColours[i % stageColours.length]);
      drawCurve(context, curve, x, y, stage);
      context.fillStyle = stage;
      context.font = '11px system-ui, sans-serif';
      context.fillText(curve.stage, 8, 18 + 14 * i);
    });
    context.fillStyle = colour('text');
    context.fillRect(x(player.currentTime), 0, 1.5, height);
  }
}

/** Of the values that fall on one pixel, the highest is drawn: a short word must not vanish in a long recording. */
function drawCurve(context, curve, x, y, stroke) {
  context.strokeStyle = stroke;
  context.lineWidth = 1.75;
  context.beginPath();
  let pixel = -1;
  let highest = 0;
  curve.values.forEach((value, i) => {
    const at = Math.floor(x((i + 1) * curve.stepSeconds));
    if (at !== pixel && pixel >= 0) { context.lineTo(pixel, y(highest)); highest = 0; }
    pixel = at;
    highest = Math.max(highest, value);
  });
  if (pixel >= 0) context.lineTo(pixel, y(highest));
  context.stroke();
}
