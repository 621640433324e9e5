import { showLegend } from './canvas.js';
import { FileSound } from './file-sound.js';
import { labelButtons } from './label-buttons.js';
import { ThresholdSlider } from './threshold-slider.js';
import { Timeline, formatTime } from './timeline.js';
import { listenForGestures } from './window-gestures.js';

const leadSeconds = 0.3;                 // what is played before a word
const [missedBefore, missedAfter] = [2, 0.5];
const zoomStep = 0.5;
const pictures = /\.(mp4|m4v|webm|mkv|mov|avi|mpe?g|ogv)$/i;

/** A recording that was scored: its timeline, its player, what was found in it as buttons and as files. */
export class Recording {
  #parts;
  #threshold;
  #labels;
  #timeline;
  #slider;
  #player = null;
  #report = null;
  #sound = null;
  #urls = [];
  #following = false;

  /**
   * @param {object} parts the elements: scored, name, summary, warnings, stage, unplayable, legend, zoomIn, zoomOut, zoomFit, timeline, peaks, missed, markers, downloads, links by format
   * @param {import('./threshold.js').Threshold} threshold the one that is tried
   * @param {import('./label-store.js').LabelStore} labels
   */
  constructor(parts, threshold, labels) {
    [this.#parts, this.#threshold, this.#labels] = [parts, threshold, labels];
    this.#timeline = new Timeline(parts.timeline, threshold);
    this.#slider = new ThresholdSlider(parts.timeline.parentElement, threshold, () => this.#timeline.place);
    new ResizeObserver(() => this.#slider.show()).observe(parts.timeline);
    listenForGestures(parts.timeline, this.#timeline.view, {
      seek: seconds => this.#seek(seconds), time: () => this.#player.currentTime, toggle: () => this.#player.paused ? this.#play() : this.#player.pause(),
    });
    const middle = () => Math.min(this.#timeline.view.to, Math.max(this.#timeline.view.from, this.#player.currentTime));
    parts.zoomIn.addEventListener('click', () => this.#timeline.view.zoom(zoomStep, middle()));
    parts.zoomOut.addEventListener('click', () => this.#timeline.view.zoom(1 / zoomStep, middle()));
    parts.zoomFit.addEventListener('click', () => this.#timeline.view.reset());
    parts.missed.addEventListener('click', () => this.#miss());
    threshold.addEventListener('change', () => this.#showPeaks());
  }

  /**
   * Shows what was found.
   * @param {File} file
   * @param {object} report
   * @param {Record<string, Blob>} results the same as files, by format
   */
  async present(file, report, results) {
    const { scored, name, summary, warnings, timeline, markers } = this.#parts;
    [this.#report, this.#sound] = [report, null];
    scored.hidden = false;
    name.textContent = report.file;
    const best = Object.entries(report.maxPosterior).map(([keyword, score]) => `${keyword} at most ${score.toFixed(2)}`).join(', ');
    const words = report.events.filter(event => event.type === 'wakeWord');
    warnings.hidden = !report.warnings?.length;
    warnings.textContent = (report.warnings ?? []).map(warning => warning.message).join(' ');
    summary.textContent = [formatTime(report.durationSeconds, 1), `${words.length} found`, best].filter(Boolean).join(' · ');
    markers.replaceChildren(...words.map(word => this.#marker(word)), ...(report.segments ?? []).map(segment => this.#segment(segment)));
    this.#urls.forEach(URL.revokeObjectURL);
    this.#urls = [];
    this.#offer(results);
    this.#load(file);
    this.#timeline.show(report);
    this.showDecider();
    timeline.setAttribute('aria-busy', true);
    const sound = await FileSound.decode(file, report.durationSeconds);
    if (this.#report !== report) return;             // another file came meanwhile
    this.#sound = sound;
    this.#timeline.hear(sound);
    this.#slider.show();
    timeline.setAttribute('aria-busy', false);
  }

  /** Draws the keyword that the threshold is of. */
  showDecider() {
    const drawn = this.#threshold.decider?.tracks.filter(track => this.#report?.posteriors?.some(curve => curve.stage === track.stage)) ?? [];
    showLegend(this.#parts.legend, [...drawn, { name: 'found', look: 'found' }]);
    this.#timeline.findPeaks();
    this.#timeline.redraw();
    this.#slider.show();
    this.#showPeaks();
  }

  #showPeaks() {
    const { peaks } = this.#timeline;
    const triggers = peaks.filter(peak => peak.triggers).length;
    this.#parts.peaks.textContent = !this.#report ? '' : peaks.length === 0 ? 'Nothing came near the word.'
      : `At this threshold ${triggers} of ${peaks.length} ${peaks.length === 1 ? 'peak' : 'peaks'} would trigger.`;
  }

  #offer(results) {
    const { downloads, links } = this.#parts;
    downloads.hidden = false;
    for (const [format, link] of Object.entries(links)) {
      link.href = this.#url(results[format]);
      link.download = `${this.#report.file}.${format}`;
    }
    links.vtt.hidden = !this.#report.segments?.length && !this.#report.events.length;
  }

  #load(file) {
    const { stage, unplayable } = this.#parts;
    const seen = file.type.startsWith('video/') || pictures.test(file.name);
    const player = Object.assign(document.createElement(seen ? 'video' : 'audio'), { id: 'player', controls: true, playsInline: true, src: this.#url(file) });
    player.setAttribute('aria-label', `Player of ${file.name}`);
    unplayable.hidden = true;
    player.addEventListener('error', () => { unplayable.hidden = false; player.hidden = true; });
    for (const type of ['timeupdate', 'seeked', 'play']) player.addEventListener(type, () => this.#follow());
    stage.replaceChildren(player);
    this.#player = player;
    this.#place(0);
  }

  /** Keeps the playhead where the player is, smoothly while it plays. */
  #follow() {
    const player = this.#player;
    this.#place(player.currentTime);
    if (this.#following || player.paused || player.ended) return;
    this.#following = true;
    requestAnimationFrame(() => {
      this.#following = false;
      if (player !== this.#player) return;
      this.#timeline.view.follow(player.currentTime);
      this.#follow();
    });
  }

  #place(seconds) {
    const { timeline } = this.#parts;
    this.#timeline.play(seconds);
    timeline.setAttribute('aria-valuemax', this.#report.durationSeconds.toFixed(1));
    timeline.setAttribute('aria-valuenow', seconds.toFixed(1));
    timeline.setAttribute('aria-valuetext', `${formatTime(seconds, 1)} of ${formatTime(this.#report.durationSeconds)}`);
  }

  #marker(word) {
    const item = this.#entry(word.start - leadSeconds, `${word.keyword} ${word.start.toFixed(2)}–${word.end.toFixed(2)} s · ${word.posterior.toFixed(2)}`);
    const { keyword, posterior, start, end, modality, scores, model } = word;
    const file = this.#report.file;
    item.append(labelButtons(this.#labels, word, () => ({ facts: { keyword, source: 'file', file, start, end, posterior, modality, scores, model }, start, end, sound: this.#sound })));
    return item;
  }

  #segment(segment) {
    const sounds = segment.label && `sounds ${segment.label}${segment.label in segment.posteriors ? ` ${segment.posteriors[segment.label].toFixed(2)}` : ''}`;
    const item = this.#entry(segment.start, [`${segment.start.toFixed(1)}–${segment.end.toFixed(1)} s`, sounds, segment.text && `“${segment.text}”`].filter(Boolean).join(' · '));
    item.className = 'segment';
    return item;
  }

  #entry(seconds, text) {
    const item = document.createElement('li');
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'place', textContent: text });
    button.addEventListener('click', () => { this.#seek(seconds); this.#timeline.view.follow(seconds); this.#play(); });
    item.append(button);
    return item;
  }

  #miss() {
    const at = this.#player.currentTime;
    const [start, end] = [Math.max(0, at - missedBefore), Math.min(this.#report.durationSeconds, at + missedAfter)];
    const facts = { keyword: this.#threshold.decider?.keyword, source: 'file', file: this.#report.file, start, end };
    this.#labels.toggle({}, 'missed', { facts, start, end, sound: this.#sound });
  }

  #seek(seconds) {
    const to = Math.max(0, Math.min(seconds, this.#report.durationSeconds));
    this.#player.currentTime = to;
    this.#place(to);                     // at once, and also where the browser can't play the file
  }

  // Playing fails where the browser can't read the file, which the page says already.
  #play() { this.#player.play().catch(() => {}); }

  #url(blob) {
    const url = URL.createObjectURL(blob);
    this.#urls.push(url);
    return url;
  }
}
