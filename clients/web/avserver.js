/**
 * The browser's client of AVServer: send a microphone or a file, receive events, score files.
 *
 *   import { connect } from './avserver.js';
 *   const server = connect();
 *   const publication = await server.publishMicrophone({ streamId: 'kitchen' });
 *   for await (const event of server.subscribe({ types: ['wakeWord'] })) console.log(event);
 */
import { Camera, CameraUnavailable, listCameras } from './camera.js';
import { EventFeed } from './event-feed.js';
import { MediaSocket, socketType } from './media-socket.js';
import { Microphone, MicrophoneUnavailable, listMicrophones } from './microphone.js';
import { Publication } from './publication.js';
import { ServerRefused, StreamRefused } from './refusals.js';

export { CameraUnavailable, MicrophoneUnavailable, ServerRefused, StreamRefused, listCameras, listMicrophones };

const containers = { webm: 'webm', mkv: 'matroska', mka: 'matroska', mp4: 'mp4', m4a: 'mp4', ogg: 'ogg', oga: 'ogg', opus: 'ogg', wav: 'wav' };
const fileChunkBytes = 32 * 1024;
const maxWaitingBytes = 256 * 1024;

/**
 * A client of one server. Nothing is opened before something is asked of it.
 * @param {{url?: string | URL, apiKey?: string}} [options] where it is, by default where this module came from; the key that it wants
 */
export function connect(options = {}) {
  return new AVServer(options);
}

/** See `connect`. */
export class AVServer {
  #base;
  #apiKey;

  constructor({ url = new URL('.', import.meta.url), apiKey } = {}) {
    this.#base = new URL(url);
    if (!/^https?:$/.test(this.#base.protocol)) throw new TypeError(`Expected the url of a server, like http://127.0.0.1:5080, got ${this.#base}.`);
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/';
    this.#apiKey = apiKey;
  }

  /** Sends the microphone, with `camera` its pictures too, until `stop()`; reconnects when the connection is lost. See avserver.d.ts for the options. */
  publishMicrophone({ deviceId, camera = false, ...options } = {}) {
    return this.#publish({ ...options, microphone: deviceId ?? true, camera });
  }

  /** Sends the camera, with the microphone unless `microphone` is false, until `stop()`; reconnects when the connection is lost. */
  publishCamera({ deviceId, microphone = true, ...options } = {}) {
    return this.#publish({ ...options, microphone, camera: deviceId ?? true });
  }

  /** Sends a media file as fast as the server takes it; resolves with the stream's last event. */
  async publishFile(file, { streamId, container = containerOf(file), telemetry = false, words, onEvent } = {}) {
    if (!container) throw new StreamRefused('badHello', `Expected a file that ends in ${Object.keys(containers).join(', ')}, got another; name its container, convert it, or have it scored.`);
    let closed;
    const url = this.#mediaUrl(streamId, { telemetry, events: true }, words);
    const socket = new MediaSocket(await socketType(), url, { container }, event => {
      if (event.type === 'closed') closed = event;
      onEvent?.(event);
    });
    await socket.ready;
    for (let at = 0; at < file.size && socket.isOpen; at += fileChunkBytes) {
      socket.send(3, 0, new Uint8Array(await file.slice(at, at + fileChunkBytes).arrayBuffer()));
      while (socket.waitingBytes > maxWaitingBytes && socket.isOpen) await new Promise(resolve => setTimeout(resolve, 20));
    }
    socket.end();
    const { code, reason, fault } = await socket.closed;
    if (code !== 1000 || !closed) throw new StreamRefused(fault?.code ?? (reason || 'internal'), fault?.message ?? 'The connection to the server broke.');
    return closed;
  }

  /** Events that pass the filter, as an async iterator; it ends only with `signal` or a `break`. */
  subscribe(filter = {}, { signal, onState } = {}) {
    return new EventFeed(this.#url('hubs/events'), this.#apiKey, { onState }).read(filter, signal);
  }

  /** Has the server score a media file of any container; with `video: false` it is only heard. */
  async score(file, { posteriors = false, model, words, video = true, signal } = {}) {
    const url = this.#url('api/score');
    url.searchParams.set('posteriors', posteriors);
    url.searchParams.set('job', false);
    url.searchParams.set('fileName', file.name ?? 'upload');
    if (model) url.searchParams.set('model', model);
    if (!video) url.searchParams.set('video', false);
    addWords(url, words);
    return this.#fetch(url, { method: 'POST', body: file, headers: { 'Content-Type': 'application/octet-stream' }, signal });
  }

  /** The wake words that live streams are searched for; those that were given as text have `details`. */
  keywords() { return this.#fetch(this.#url('api/keywords')); }

  /** A wake word that was given as text. */
  keyword(name) { return this.#fetch(this.#keywordUrl(name)); }

  /** Has the server listen for a wake word from now on, open streams too; resolves with what was found out about it. */
  addKeyword(request) {
    const options = { method: 'POST', body: JSON.stringify(request), headers: { 'Content-Type': 'application/json' } };
    return this.#fetch(this.#url('api/keywords'), options);
  }

  /** Has the server listen for a wake word that was given as text no more. */
  async removeKeyword(name) { await this.#fetch(this.#keywordUrl(name), { method: 'DELETE' }); }

  /** Has the server learn from three to ten recordings (files or blobs, the word once in each) how a word sounds; it keeps no sound. */
  enrolKeyword(name, recordings) {
    const form = new FormData();
    recordings.forEach((recording, i) => form.append('recording', recording, recording.name ?? `recording ${i + 1}`));
    return this.#fetch(`${this.#keywordUrl(name)}/recordings`, { method: 'POST', body: form });
  }

  /** Has the server forget what it learnt from recordings of a word. */
  async forgetRecordings(name) { await this.#fetch(`${this.#keywordUrl(name)}/recordings`, { method: 'DELETE' }); }

  /** The models that the server loaded. */
  models() { return this.#fetch(this.#url('api/models')); }

  /** The open streams. */
  streams() { return this.#fetch(this.#url('api/streams')); }

  /** Time to the server and back, in milliseconds; rejects when it does not answer. */
  async roundTrip() {
    const started = performance.now();
    await this.#fetch(this.#url('health/live'), { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    return performance.now() - started;
  }

  async #publish({ streamId, microphone, camera, telemetry = false, words, onLevel, onSound, onState }) {
    const url = this.#mediaUrl(streamId, { telemetry }, words);
    const hello = { ...microphone && Microphone.hello, ...camera && Camera.hello };
    const publication = new Publication({ open: async () => new MediaSocket(await socketType(), url, hello), onLevel, onSound, onState, microphone, camera });
    await publication.start();
    return publication;
  }

  #url(path) { return new URL(path, this.#base); }

  #keywordUrl(name) {
    if (!name) throw new TypeError('Expected the name of a word, got none.');
    return this.#url(`api/keywords/${encodeURIComponent(name)}`);
  }

  #mediaUrl(streamId, flags, words) {
    if (!streamId) throw new TypeError('Expected a streamId, got none.');
    const url = this.#url(`media/${encodeURIComponent(streamId)}`);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    for (const [name, value] of Object.entries(flags)) if (value) url.searchParams.set(name, 'true');
    addWords(url, words);
    if (this.#apiKey) url.searchParams.set('access_token', this.#apiKey);
    return url;
  }

  async #fetch(url, { headers, ...options } = {}) {
    let response;
    try {
      response = await fetch(url, { ...options, headers: { ...headers, ...(this.#apiKey && { 'X-Api-Key': this.#apiKey }) } });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ServerRefused('unreachable', 'The server does not answer.');
    }
    if (response.ok) return response.status === 204 ? undefined : response.json();
    const problem = await response.json().catch(() => ({}));
    throw new ServerRefused(problem.code ?? 'internal', problem.detail ?? problem.title ?? `The server answered with HTTP status ${response.status}.`, response.status);
  }
}

function addWords(url, words = []) { for (const word of words) url.searchParams.append('word', word); }

const containerOf = file => containers[file.name?.split('.').pop().toLowerCase()];
