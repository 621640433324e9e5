const qualities = {
  good: 'lips in sight', outsidePicture: 'lips outside the picture', tooSmall: 'come closer', tooDark: 'too dark', turnedAway: 'turned away',
  tooFewPictures: 'too few pictures a second',
};
const staleMs = 1500;

/** What the camera sees, the face that the server reads, and the scores of sound and lips beside each other. */
export class SightCard {
  #parts;
  #scoredAt = 0;
  #reads = true;

  /** @param {object} parts the elements: card, video, face, lips, quality, delay, scores with a row for each of audio, visual and audioVisual */
  constructor(parts) { this.#parts = parts; }

  /** Takes the server's models: without one that reads lips nobody looks at the pictures. */
  models(models) {
    this.#reads = models.some(model => model.kind === 'audioVisualSpotter' && model.active);
    this.face(null);
  }

  /** Shows the preview, or takes it away. */
  show(stream) {
    const { card, video } = this.#parts;
    card.hidden = !stream;
    video.srcObject = stream ?? null;
    this.face(null);
    this.scores(null);
  }

  /** Shows where the face is: an event of type `face`, or null. */
  face(event) {
    const { face, lips, quality, delay } = this.#parts;
    place(face, event?.box);
    place(lips, event?.lips);
    lips.dataset.moving = event?.lipsMove ?? false;
    const unseen = this.#reads ? 'no face' : 'not looked at: start the server with --Pipeline:AudioVisual true';
    quality.textContent = event?.visible ? qualities[event.quality] ?? event.quality : unseen;
    quality.dataset.state = !event?.visible ? 'off' : event.quality === 'good' ? 'good' : 'wait';
    delay.hidden = event?.delay === undefined;
    delay.textContent = describeDelay(event?.delay ?? 0);
  }

  /** Shows the scores that telemetry brought, if it brought some; old ones fade. */
  scores(modalities) {
    const scores = modalities && Object.values(modalities)[0];
    if (scores) this.#scoredAt = performance.now();
    else if (modalities === undefined && performance.now() - this.#scoredAt < staleMs) return;
    for (const row of this.#parts.scores.querySelectorAll('[data-modality]')) {
      const score = scores?.[row.dataset.modality];
      row.querySelector('meter').value = score ?? 0;
      row.querySelector('output').textContent = score === undefined ? '–' : score.toFixed(2);
    }
  }
}

function describeDelay(seconds) {
  const ms = Math.round(1000 * Math.abs(seconds));
  return ms === 0 ? 'in step with the sound' : `${ms} ms ${seconds > 0 ? 'behind' : 'before'} the sound, corrected`;
}

function place(element, box) {
  element.hidden = !box;
  if (!box) return;
  for (const [side, share] of [['left', box.x], ['top', box.y], ['width', box.width], ['height', box.height]]) element.style[side] = `${(share * 100).toFixed(2)}%`;
}
