import { wav } from './wav.js';
import { zip } from './zip.js';

const beforeSeconds = 1.5;
const afterSeconds = 0.8;
const missedSeconds = 3;

/** What a person said of detections: good, false, or a word that was missed; with the sound of each, for a data set. Tells `change`. */
export class LabelStore extends EventTarget {
  #labels = new Map();
  #next = 1;

  /** How many there are. */
  get size() { return this.#labels.size; }

  /** What a thing is labelled; undefined where it isn't. */
  of(key) { return this.#labels.get(key)?.verdict; }

  /**
   * Labels a detection, or takes the label back where it is the same.
   * @param {object} key what is labelled; the same object next time
   * @param {'good' | 'false' | 'missed'} verdict
   * @param {{facts: object, start: number, end: number, sound: {cut: (from: number, to: number) => {samples: Int16Array, start: number}, end: number} | null}} what
   *   facts for the data set's line, where the word lies in the sound, and the sound itself; null where there is none to cut from
   */
  toggle(key, verdict, { facts, start, end, sound }) {
    if (this.of(key) === verdict) {
      this.#labels.delete(key);
    } else {
      const label = this.#labels.get(key) ?? { number: this.#next++, facts, start, end, sound, clip: null };
      label.verdict = verdict;
      this.#labels.set(key, label);
      this.keep();
    }
    this.dispatchEvent(new Event('change'));
  }

  /** Labels the last seconds as a word that was missed. */
  miss(keyword, facts, sound) {
    this.toggle({}, 'missed', { facts: { keyword, ...facts }, start: Math.max(0, sound.end - missedSeconds), end: sound.end, sound });
  }

  /** Cuts the clips whose sound is complete by now; call as sound comes in, because it isn't kept for ever. */
  keep() {
    for (const label of this.#labels.values())
      if (!label.clip && label.sound && label.sound.end >= label.end + afterSeconds) label.clip = cut(label);
  }

  /** The data set: a line of JSON for each label, and its clip as a WAV file. */
  export() {
    const files = [];
    const lines = [...this.#labels.values()].map(label => {
      const clip = label.clip ?? (label.sound && cut(label));
      const name = `clips/${String(label.number).padStart(4, '0')}-${slug(label.facts.keyword)}-${label.verdict}.wav`;
      if (clip?.samples.length > 0) files.push({ name, bytes: wav(clip.samples, 16000) });
      return JSON.stringify({
        label: label.verdict,
        ...label.facts,
        ...clip?.samples.length > 0 && { clip: name, sampleRate: 16000, wordStart: round(label.start - clip.start), wordEnd: round(label.end - clip.start) },
      });
    });
    return zip([{ name: 'labels.jsonl', bytes: new TextEncoder().encode(`${lines.join('\n')}\n`) }, ...files]);
  }
}

const cut = ({ sound, start, end }) => sound.cut(start - beforeSeconds, end + afterSeconds);
const round = seconds => Math.round(seconds * 1000) / 1000;
const slug = keyword => (keyword ?? 'word').toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
