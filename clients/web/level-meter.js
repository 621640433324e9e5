const floorDb = -60;
const clipPeak = 0.99;
const clipShownMs = 1500;
const holdFallDb = 0.8;                  // per chunk

/** Shows how loud the microphone is, and warns when it is too loud. */
export class LevelMeter {
  #element;
  #fill;
  #hold;
  #clip;
  #holdDb = floorDb;
  #clippedAt = -Infinity;

  constructor(element) {
    this.#element = element;
    this.#fill = element.querySelector('.fill');
    this.#hold = element.querySelector('.hold');
    this.#clip = element.querySelector('.clip');
  }

  /** Takes linear levels of one chunk; 1 is full scale. */
  show({ peak, rms }) {
    const rmsDb = decibels(rms);
    this.#holdDb = Math.max(decibels(peak), this.#holdDb - holdFallDb);
    if (peak >= clipPeak) this.#clippedAt = performance.now();
    this.#fill.style.clipPath = `inset(0 ${100 - percent(rmsDb)}% 0 0)`;
    this.#hold.style.left = `${percent(this.#holdDb)}%`;
    this.#clip.hidden = performance.now() - this.#clippedAt > clipShownMs;
    this.#element.setAttribute('aria-valuenow', Math.round(rmsDb));
  }

  clear() {
    this.#holdDb = floorDb;
    this.#clippedAt = -Infinity;
    this.show({ peak: 0, rms: 0 });
  }
}

function decibels(linear) { return Math.max(floorDb, 20 * Math.log10(Math.max(linear, 1e-9))); }
function percent(db) { return (db - floorDb) / -floorDb * 100; }
