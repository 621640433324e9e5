import { Resampler } from './resampler.js';

/** Sound of the microphone, mixed to one channel, at 16 kHz as 16-bit samples, in chunks that are posted to the page. */
class PcmWorklet extends AudioWorkletProcessor {
  constructor({ processorOptions }) {
    super();
    this.resampler = new Resampler(sampleRate, processorOptions.sampleRate);
    this.chunk = new Int16Array(processorOptions.chunkSamples);
    this.filled = 0;
    this.peak = 0;
    this.energy = 0;
  }

  process([channels]) {
    if (channels.length === 0) return true;      // nothing is connected at the moment
    for (const sample of this.resampler.push(mixDown(channels))) this.accept(sample);
    return true;
  }

  accept(sample) {
    this.peak = Math.max(this.peak, Math.abs(sample));
    this.energy += sample * sample;
    this.chunk[this.filled++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
    if (this.filled < this.chunk.length) return;
    const pcm = this.chunk.slice();
    this.port.postMessage({ pcm, peak: this.peak, rms: Math.sqrt(this.energy / pcm.length) }, [pcm.buffer]);
    this.filled = 0;
    this.peak = 0;
    this.energy = 0;
  }
}

function mixDown(channels) {
  if (channels.length === 1) return channels[0];
  const mixed = new Float32Array(channels[0].length);
  for (const channel of channels)
    for (let i = 0; i < mixed.length; i++) mixed[i] += channel[i] / channels.length;
  return mixed;
}

registerProcessor('avserver-pcm', PcmWorklet);
