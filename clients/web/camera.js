import { DeviceUnavailable, listDevices, openDevice } from './media-device.js';

const width = 640;
const height = 480;
const quality = 0.85;                    // of JPEG: lips stay sharp at about 40 KB a picture

/** Pictures a second that are sent. */
export const cameraFps = 25;

/** Why there are no pictures from the camera. */
export class CameraUnavailable extends DeviceUnavailable {}

const words = {
  name: 'camera',
  refused: 'The camera was refused. Allow it for this page in the browser’s site settings, then start again, or listen without it.',
  missing: 'No camera was found. Plug one in, then start again, or listen without it.',
};

/** The camera as JPEG pictures. */
export class Camera {
  static hello = { video: { format: 'jpeg', fps: cameraFps } };

  #media;
  #video;
  #canvas = new OffscreenCanvas(width, height);
  #onPicture;
  #busy = false;
  #closed = false;
  #nextMs = 0;

  /** What the camera sees, for a preview. */
  get stream() { return this.#media; }

  /**
   * Asks for the camera and begins to look.
   * @param {string | undefined} deviceId which one; absent for the browser's choice
   * @param {(picture: {jpeg: Uint8Array, atMs: number}) => void} onPicture told of each picture, with its time on `performance.now()`'s clock
   * @param {() => void} [onEnded] told when the device goes away
   */
  static async open(deviceId, onPicture, onEnded) {
    const camera = new Camera();
    camera.#media = await capture(deviceId);
    camera.#media.getVideoTracks()[0].onended = () => onEnded?.();
    camera.#onPicture = onPicture;
    camera.#video = Object.assign(document.createElement('video'), { muted: true, playsInline: true, srcObject: camera.#media });
    await camera.#video.play();
    camera.#wait();
    return camera;
  }

  /** Lets go of the device. */
  close() {
    this.#closed = true;
    for (const track of this.#media.getTracks()) track.stop();
  }

  #wait() {
    if (this.#closed) return;
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback((now, frame) => this.#take(frame.captureTime ?? now));
    else setTimeout(() => this.#take(performance.now()), 1000 / cameraFps);
  }

  /** Takes the picture that is there, unless the last one is still being encoded or came less than a picture's time ago. */
  async #take(atMs) {
    this.#wait();
    if (this.#busy || this.#closed || atMs < this.#nextMs) return;
    this.#nextMs = Math.max(this.#nextMs, atMs - 1000 / cameraFps) + 1000 / cameraFps - 1;
    this.#busy = true;
    try {
      this.#draw();
      const file = await this.#canvas.convertToBlob({ type: 'image/jpeg', quality });
      if (!this.#closed) this.#onPicture({ jpeg: new Uint8Array(await file.arrayBuffer()), atMs });
    } finally {
      this.#busy = false;
    }
  }

  /** At most 640×480, shape kept: the boxes that the server tells are shares of the picture. */
  #draw() {
    const { videoWidth, videoHeight } = this.#video;
    const scale = Math.min(1, Math.max(width, height) / Math.max(videoWidth, videoHeight));
    const [w, h] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
    if (this.#canvas.width !== w || this.#canvas.height !== h) [this.#canvas.width, this.#canvas.height] = [w, h];
    this.#canvas.getContext('2d').drawImage(this.#video, 0, 0, w, h);
  }
}

/** The cameras that may be chosen; nameless until the person has allowed one. */
export const listCameras = () => listDevices('videoinput');

const capture = deviceId => openDevice({
  video: {
    deviceId: deviceId ? { exact: deviceId } : undefined,
    width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: cameraFps, max: 60 }, facingMode: 'user',
  },
}, CameraUnavailable, words);
