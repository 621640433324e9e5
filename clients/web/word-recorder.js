import { Microphone } from './microphone.js';
import { wav } from './wav.js';

const sampleRate = 16000;
const chunksBefore = 5;                  // 0.4 s of what came before the voice
const chunksAfter = 7;                   // 0.56 s of quiet end a take
const longestChunks = 50;                // 4 s
const patienceChunks = 125;              // 10 s without a voice
const loudness = 4;                      // a voice is so much louder than the quietest moment
const leastRms = 0.004;

/**
 * Records a word some times, one take after the other; each begins with the voice and ends in the quiet behind it.
 * @param {number} count
 * @param {(take: number) => void} onTake told before each take, from 1 on, when to say it
 * @returns {Promise<Uint8Array[]>} a WAV file a take
 */
export async function recordWord(count, onTake) {
  const takes = [];
  let take = new Take();
  let finish;
  const finished = new Promise((resolve, reject) => { finish = { resolve, reject }; });
  const microphone = await Microphone.open(undefined, chunk => {
    const state = take.accept(chunk);
    if (state === 'over') {
      takes.push(wav(take.samples(), sampleRate));
      take = new Take();
      if (takes.length === count) finish.resolve();
      else onTake(takes.length + 1);
    } else if (state === 'silent') {
      finish.reject(new Error('Expected somebody who speaks, heard nothing for ten seconds. Is it the right microphone?'));
    }
  }, () => finish.reject(new Error('The microphone went away.')));
  onTake(1);
  try {
    await finished;
  } finally {
    await microphone.close();
  }
  return takes.slice(0, count);
}

/** One take: what is said between two quiet moments. */
class Take {
  #chunks = [];
  #quietest = Infinity;
  #spoken = 0;
  #quiet = 0;
  #heard = 0;

  /** Takes 80 ms; says `over` when the word is in, `silent` when nobody spoke for long. */
  accept({ pcm, rms }) {
    this.#heard++;
    this.#quietest = Math.min(this.#quietest, rms);
    const voice = rms > Math.max(leastRms, loudness * this.#quietest);
    this.#chunks.push(pcm);
    if (this.#spoken === 0 && !voice) {
      if (this.#chunks.length > chunksBefore) this.#chunks.shift();
      return this.#heard > patienceChunks ? 'silent' : 'waiting';
    }
    this.#spoken++;
    this.#quiet = voice ? 0 : this.#quiet + 1;
    return this.#quiet >= chunksAfter || this.#spoken >= longestChunks ? 'over' : 'speaking';
  }

  /** The take's samples. */
  samples() {
    const samples = new Int16Array(this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of this.#chunks) {
      samples.set(chunk, at);
      at += chunk.length;
    }
    return samples;
  }
}
