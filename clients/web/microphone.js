import { DeviceUnavailable, listDevices, openDevice } from './media-device.js';

const sampleRate = 16000;
const chunkSamples = 1280;               // 80 ms

/** Why there is no sound from the microphone. */
export class MicrophoneUnavailable extends DeviceUnavailable {}

const words = {
  name: 'microphone',
  refused: 'The microphone was refused. Allow it for this page in the browser’s site settings, then start again.',
  missing: 'No such microphone was found. Plug one in or choose another, then start again.',
};

/** The microphone as 16 kHz mono chunks. */
export class Microphone {
  static hello = { audio: { format: 'pcm_s16le', sampleRate, channels: 1 } };
  static chunkSeconds = chunkSamples / sampleRate;

  #media;
  #context;

  /**
   * Asks for the microphone and begins to listen.
   * @param {string | undefined} deviceId which one; absent for the browser's choice
   * @param {(chunk: {pcm: Int16Array, peak: number, rms: number}) => void} onChunk told of each chunk, 80 ms apart
   * @param {() => void} [onEnded] told when the device goes away
   */
  static async open(deviceId, onChunk, onEnded) {
    const microphone = new Microphone();
    microphone.#media = await capture(deviceId);
    microphone.#media.getAudioTracks()[0].onended = () => onEnded?.();
    microphone.#context = new AudioContext({ latencyHint: 'interactive' });
    await microphone.#context.audioWorklet.addModule(new URL('./pcm-worklet.js', import.meta.url));
    const source = microphone.#context.createMediaStreamSource(microphone.#media);
    const worklet = new AudioWorkletNode(microphone.#context, 'avserver-pcm',
      { numberOfOutputs: 0, processorOptions: { sampleRate, chunkSamples } });
    worklet.port.onmessage = ({ data }) => onChunk(data);
    source.connect(worklet);
    await microphone.#context.resume();
    return microphone;
  }

  /** The device that is in use, as the browser names it. */
  get deviceId() { return this.#media.getAudioTracks()[0].getSettings().deviceId; }

  /** Lets go of the device. */
  async close() {
    for (const track of this.#media.getTracks()) track.stop();
    await this.#context?.close();
  }
}

/** The microphones that may be chosen; nameless until the person has allowed one. */
export const listMicrophones = () => listDevices('audioinput');

// The sound as it is: the models were trained on unprocessed recordings.
const capture = deviceId => openDevice({
  audio: {
    deviceId: deviceId ? { exact: deviceId } : undefined,
    channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false,
  },
}, MicrophoneUnavailable, words);
