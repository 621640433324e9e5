import { Camera, CameraUnavailable } from './camera.js';
import { Microphone, MicrophoneUnavailable } from './microphone.js';
import { ReconnectDelays } from './reconnect-delays.js';
import { StreamRefused } from './refusals.js';

const firstDelayMs = 400;
const maxDelayMs = 8_000;
const maxWaitingBytes = 5 * 16000 * 2;   // five seconds of sound
const maxWaitingPictureBytes = 400_000;  // beyond, pictures are left out, so that the sound behind them isn't late
const passing = new Set(['streamBusy', 'serverBusy', 'serverStopping', 'streamLimit', 'idle', 'internal']);

/**
 * A microphone, a camera or both on their way to the server. While there is no connection the sound is lost, and counted; media time goes on from 0 with each
 * connection, because each is a stream of its own to the server.
 */
export class Publication {
  #open;
  #onLevel;
  #onSound;
  #onState;
  #wantsMicrophone;
  #wantsCamera;
  #microphone = null;
  #camera = null;
  #lastPicture = -Infinity;
  #socket = null;
  #ready = false;
  #wasReady = false;
  #stopped = false;
  #chunks = 0;
  #base = 0;
  #clockMs = Infinity;
  #retry = null;
  #delays = new ReconnectDelays(firstDelayMs, maxDelayMs);

  /** Chunks since the first connection that could not be sent, 80 ms each. */
  lostChunks = 0;

  /** Pictures that were left out because the connection is too slow. */
  lostPictures = 0;

  /** Connections that were made anew. */
  reconnects = 0;

  /**
   * @param {() => Promise<import('./media-socket.js').MediaSocket>} open makes a connection, not yet ready
   * @param {boolean | string} microphone whether there is sound, or the device's id
   * @param {boolean | string} camera whether there are pictures, or the device's id
   */
  constructor({ open, onLevel, onSound, onState, microphone, camera }) {
    this.#open = open;
    this.#wantsMicrophone = microphone;
    this.#wantsCamera = camera;
    this.#onLevel = onLevel ?? (() => {});
    this.#onSound = onSound ?? (() => {});
    this.#onState = onState ?? (() => {});
  }

  /** Opens the devices, then the connection; rejects when any of them is refused. */
  async start() {
    this.#onState('connecting');
    try {
      if (this.#wantsCamera) this.#camera = await Camera.open(idOf(this.#wantsCamera), picture => this.#see(picture), () => this.#cameraLost());
      if (this.#wantsMicrophone) this.#microphone = await Microphone.open(idOf(this.#wantsMicrophone), chunk => this.#accept(chunk), () => this.#deviceLost());
      else this.#clockMs = performance.now();
      await this.#connect();
    } catch (error) {
      if (error instanceof MicrophoneUnavailable || error instanceof CameraUnavailable || error instanceof StreamRefused && !passing.has(error.code)) {
        await this.stop();
        throw error;
      }
      this.#connectLater();
    }
  }

  /** The microphone that is in use, as the browser names it. */
  get deviceId() { return this.#microphone?.deviceId; }

  /** What the camera sees; absent without one. */
  get cameraStream() { return this.#camera?.stream; }

  /** Bytes that wait to be sent. */
  get waitingBytes() { return this.#socket?.waitingBytes ?? 0; }

  /**
   * Milliseconds on `performance.now()`'s clock at which a moment of this stream reached the page from the device.
   * @param {number} seconds media time, as events give it
   */
  capturedAt(seconds) { return this.#clockMs + (this.#base + seconds) * 1000; }

  /**
   * Tells the server what was said.
   * @param {string} text the words
   * @param {number} startMs when they began, on `performance.now()`'s clock
   * @param {number} endMs when they ended
   */
  say(text, startMs, endMs) {
    const [start, end] = [startMs, endMs].map(ms => (ms - this.#clockMs) / 1000 - this.#base);
    if (this.#takesMedia && start >= 0) this.#socket.say(text, start, end);
  }

  /** Ends the stream and lets go of the devices. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#socket?.end();
    this.#camera?.close();
    await this.#microphone?.close();
    this.#onState('stopped');
  }

  /** A socket that broke says so a little later; until then it takes nothing either. */
  get #takesMedia() { return this.#ready && !this.#stopped && this.#socket.isOpen; }

  #accept({ pcm, peak, rms }) {
    const start = this.#chunks++ * Microphone.chunkSeconds;
    // Messages may come late, never early: the earliest tells when sound is really there.
    this.#clockMs = Math.min(this.#clockMs, performance.now() - this.#chunks * Microphone.chunkSeconds * 1000);
    this.#onLevel({ peak, rms });
    this.#onSound(pcm, this.#ready ? start - this.#base : undefined);
    if (this.#takesMedia && this.#socket.waitingBytes <= maxWaitingBytes) this.#socket.send(1, start - this.#base, pcm);
    else if (this.#wasReady && !this.#stopped) this.lostChunks++;
  }

  /** Sends a picture on the sound's clock, or, where there is none, its own; before the first sound there is no time to give it. */
  #see({ jpeg, atMs }) {
    const time = (atMs - this.#clockMs) / 1000 - this.#base;
    if (!this.#takesMedia || !(time >= 0) || time <= this.#lastPicture) return;
    if (this.#socket.waitingBytes > maxWaitingPictureBytes) {
      this.lostPictures++;
      return;
    }
    this.#lastPicture = time;
    this.#socket.send(2, time, jpeg);
  }

  async #connect() {
    const socket = await this.#open();
    this.#socket = socket;
    if (this.#stopped) socket.end();
    await socket.ready;
    this.#base = this.#wantsMicrophone ? this.#chunks * Microphone.chunkSeconds : (performance.now() - this.#clockMs) / 1000;
    this.#lastPicture = -Infinity;
    this.#ready = this.#wasReady = true;
    this.#delays.connected();
    this.#onState('connected');
    this.#watch(socket);
  }

  async #watch(socket) {
    const { code, reason, fault } = await socket.closed;
    this.#ready = false;
    if (this.#stopped) return;
    const name = fault?.code ?? reason;
    if (code >= 4000 && !passing.has(name)) {
      await this.stop();
      this.#onState('refused', new StreamRefused(name, fault?.message ?? `The server closed the stream: ${name}.`));
    } else {
      this.#connectLater(name === 'streamLimit' ? 0 : undefined);   // a stream that reached its limit: the next part begins at once
    }
  }

  #connectLater(delayMs = this.#delays.next()) {
    if (this.#stopped) return;
    this.#onState('reconnecting');
    this.#retry = setTimeout(async () => {
      try {
        await this.#connect();
        this.reconnects++;
      } catch (error) {
        if (error instanceof StreamRefused && !passing.has(error.code)) {
          await this.stop();
          this.#onState('refused', error);
        } else {
          this.#connectLater();
        }
      }
    }, delayMs);
  }

  async #cameraLost() {
    await this.stop();
    this.#onState('refused', new CameraUnavailable('missing', 'The camera went away. Plug it in, then start again, or listen without it.'));
  }

  async #deviceLost() {
    await this.stop();
    this.#onState('refused', new MicrophoneUnavailable('missing', 'The microphone went away. Plug it in or choose another, then start again.'));
  }
}

const idOf = wanted => wanted === true ? undefined : wanted;
