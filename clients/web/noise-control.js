import { NoiseMixer } from './noise-mixer.js';

const shownEveryChunks = 6;

/** The slider that mixes noise into the microphone's sound, and what it does to the speech. */
export class NoiseControl {
  #mixer = new NoiseMixer();
  #parts;
  #chunks = 0;

  /** @param {object} parts the elements: slider, level, snr */
  constructor(parts) {
    this.#parts = parts;
    parts.slider.addEventListener('input', () => this.#set());
    this.#set();                         // browsers keep a slider's place over a reload
  }

  /** Takes a chunk on its way to the server, and changes it. */
  mix(samples) {
    this.#mixer.mix(samples);
    if (++this.#chunks % shownEveryChunks === 0) this.#show();
  }

  #set() {
    const { slider, level } = this.#parts;
    this.#mixer.set(slider.value / slider.max);
    level.textContent = this.#mixer.levelDb === null ? 'off' : `${Math.round(this.#mixer.levelDb)} dBFS`;
    slider.setAttribute('aria-valuetext', level.textContent);
    this.#show();
  }

  #show() {
    const { snr } = this.#parts;
    const db = this.#mixer.snrDb;
    snr.textContent = db === undefined ? 'no speech yet' : `SNR ${Math.round(db)} dB`;
    snr.dataset.state = db === undefined ? 'off' : db >= 10 ? 'good' : db >= 0 ? 'wait' : 'bad';
  }
}
