import { StreamRefused } from './refusals.js';

const protocol = 1;
const headerBytes = 9;
const open = 1;                          // of a socket's readyState

/** Browsers and newer Nodes have WebSockets of their own; for Node 20 it is a package. */
export async function socketType() {
  return globalThis.WebSocket ?? (await import('ws')).default;
}

/** One media WebSocket: hello, ready, chunks, end. */
export class MediaSocket {
  #socket;
  #fault = null;
  #opening;
  #closing;

  /**
   * @param {typeof WebSocket} WebSocket as `socketType()` gives it
   * @param {URL} url of the stream, ws or wss
   * @param {object} hello the media's format, without the protocol's version
   * @param {(event: object) => void} [onEvent] told of each event that the server sends on this socket
   */
  constructor(WebSocket, url, hello, onEvent) {
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
    this.#opening = new Promise((resolve, reject) => {
      this.#socket.onopen = () => this.#socket.send(JSON.stringify({ protocol, ...hello }));
      this.#socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'ready') return resolve(message);
        if (message.type === 'fault') this.#fault = message;
        onEvent?.(message);
      };
      this.#closing = new Promise(closed => {
        this.#socket.onclose = close => {
          const end = { code: close.code, reason: close.reason, fault: this.#fault };
          reject(this.#errorOf(end));
          closed(end);
        };
      });
    });
    this.#opening.catch(() => {});        // whoever waits for it is told; nobody has to
  }

  /** Resolves when the server takes media. */
  get ready() { return this.#opening; }

  /** Resolves with `{code, reason, fault}` when the socket is closed, whoever closed it. */
  get closed() { return this.#closing; }

  /** Bytes that wait to be sent. */
  get waitingBytes() { return this.#socket.bufferedAmount; }

  /** Whether chunks can be sent. */
  get isOpen() { return this.#socket.readyState === open; }

  /**
   * Sends a chunk.
   * @param {1 | 2 | 3} kind audio, video or container bytes
   * @param {number} seconds media time of its first sample
   * @param {ArrayBufferView} payload copied
   */
  send(kind, seconds, payload) {
    const message = new Uint8Array(headerBytes + payload.byteLength);
    const header = new DataView(message.buffer);
    header.setUint8(0, kind);
    header.setBigInt64(1, BigInt(Math.round(seconds * 1e6)), true);
    message.set(new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength), headerBytes);
    this.#socket.send(message);
  }

  /**
   * Sends what was said.
   * @param {string} text the words
   * @param {number} start media time in seconds at which they began
   * @param {number} end at which they ended
   */
  say(text, start, end) { this.#socket.send(JSON.stringify({ type: 'text', text, start, end })); }

  /** Says that this was all; the server closes when it has heard it. */
  end() {
    if (this.isOpen) this.#socket.send('{"type":"end"}');
    else this.#socket.close();
  }

  #errorOf({ code, reason, fault }) {
    if (fault) return new StreamRefused(fault.code, fault.message);
    if (code >= 4000) return new StreamRefused(reason, `The server closed the stream: ${reason}.`);
    return new Error('The connection to the server broke.');
  }
}
