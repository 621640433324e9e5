import { CameraUnavailable, connect, listCameras, listMicrophones } from './avserver.js';
import { ConnectionCard } from './connection-card.js';
import { decidersOf } from './deciders.js';
import { EmotionCard } from './emotion-card.js';
import { EventLog } from './event-log.js';
import { FileDrop } from './file-drop.js';
import { FileScoring } from './file-scoring.js';
import { KeywordsCard } from './keywords-card.js';
import { labelButtons } from './label-buttons.js';
import { LabelStore } from './label-store.js';
import { LevelMeter } from './level-meter.js';
import { LiveView } from './live-view.js';
import { showModels } from './models-card.js';
import { NoiseControl } from './noise-control.js';
import { OperatingPoint } from './operating-point.js';
import { Recording } from './recording.js';
import { SightCard } from './sight-card.js';
import { SoundMemory } from './sound-memory.js';
import { Threshold } from './threshold.js';

const $ = id => document.getElementById(id);
const gateShownMs = 600;

// The key comes in the fragment, which browsers never send: /#key=…
const apiKey = new URLSearchParams(location.hash.slice(1)).get('key') ?? undefined;
const server = connect({ apiKey });
const streamId = `web-${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0')}`;

const memory = new SoundMemory();
const labels = new LabelStore();
const threshold = new Threshold();
const level = new LevelMeter($('level'));
const noise = new NoiseControl({ slider: $('noise'), level: $('noise-level'), snr: $('snr') });
const live = new LiveView({ sound: $('sound'), curve: $('curve'), empty: $('live-empty'), legend: $('legend'), peaks: $('threshold-peaks') }, threshold);
const sight = new SightCard({ card: $('sight'), video: $('preview'), face: $('face-box'), lips: $('lip-box'), quality: $('quality'), delay: $('delay'), scores: $('modalities') });
const emotion = new EmotionCard({
  card: $('emotion-card'), label: $('emotion'), bars: $('emotions'), notice: $('emotion-notice'), off: $('emotion-off'), partial: $('partial'), transcript: $('transcript'),
});
const keywords = new KeywordsCard(
  server,
  {
    card: $('keywords-card'), form: $('keyword-form'), text: $('keyword-text'), add: $('keyword-add'), status: $('keyword-status'),
    list: $('keywords'),
  },
  words => { given = words; showWords(); showDeciders(); });
const log = new EventLog({ list: $('log'), empty: $('log-empty'), count: $('count'), announce: $('announce') });
const connection = new ConnectionCard({
  state: $('state'), media: $('media-state'), feed: $('feed-state'), roundTrip: $('round-trip'), reconnects: $('reconnects'), feedReconnects: $('feed-reconnects'),
  lost: $('lost'), lostPictures: $('lost-pictures'), gaps: $('gaps'),
});
const recording = new Recording({
  scored: $('scored'), name: $('scored-name'), summary: $('scored-summary'), warnings: $('scored-warnings'), stage: $('stage'), unplayable: $('unplayable'), legend: $('file-legend'),
  zoomIn: $('zoom-in'), zoomOut: $('zoom-out'), zoomFit: $('zoom-fit'), timeline: $('timeline'), peaks: $('file-peaks'), missed: $('file-missed'), markers: $('markers'),
  downloads: $('downloads'), links: { json: $('download'), csv: $('download-csv'), vtt: $('download-vtt'), html: $('download-html') },
}, threshold, labels);
new OperatingPoint({ card: $('operating'), rate: $('threshold-rate'), detail: $('threshold-detail'), reset: $('threshold-reset'), copy: $('threshold-copy') }, threshold);
new FileDrop(
  new FileScoring({ base: new URL('.', import.meta.url), apiKey }),
  { drop: $('drop'), input: $('file'), progress: $('progress'), bar: $('progress-bar'), text: $('progress-text'), cancel: $('cancel') },
  (file, report, results) => recording.present(file, report, results),
  showMessage);

let publication = null;
let starting = false;
let gateTimer;
let deciders = [];
let loaded = [];                         // models
let given = [];                          // words that were typed

$('stream-id').textContent = streamId;
$('start').addEventListener('click', () => publication ? stop() : start());
$('device').addEventListener('change', restart);
$('camera-device').addEventListener('change', restart);
$('camera').addEventListener('click', () => { wantCamera(!wantsCamera()); restart(); });
$('word').addEventListener('change', showDecider);
$('missed').addEventListener('click', missed);
$('export').addEventListener('click', exportLabels);
labels.addEventListener('change', showLabelCount);
navigator.mediaDevices?.addEventListener('devicechange', showDevices);
showDevices();
loadModels();
follow();
connection.measure(server);

async function restart() {
  if (!publication) return;
  await stop();
  await start();
}

async function start() {
  if (starting) return;
  starting = true;                       // not 'disabled': that would take the keyboard's focus away
  showMessage(null);
  $('start').setAttribute('aria-busy', 'true');
  try {
    publication = await server.publishMicrophone({
      streamId, deviceId: $('device').value || undefined, camera: wantsCamera() && ($('camera-device').value || true), telemetry: true, onState: showState,
      onLevel: levels => { level.show(levels); connection.counts(publication); }, onSound: hear,
    });
    $('start').textContent = 'Stop';
    $('start').setAttribute('aria-pressed', 'true');
    $('hint').hidden = true;
    $('missed').disabled = false;
    sight.show(publication.cameraStream);
    await showDevices();
  } catch (error) {
    showState('refused', error);
  } finally {
    starting = false;
    $('start').removeAttribute('aria-busy');
  }
}

async function stop() {
  const stopping = publication;
  publication = null;
  $('start').textContent = 'Start';
  $('start').removeAttribute('aria-pressed');
  await stopping?.stop();
  level.clear();
  live.stop();
  sight.show(null);
  showGate(null);
}

/** Takes the microphone's sound on its way to the server. */
function hear(samples, seconds) {
  noise.mix(samples);
  memory.add(samples, seconds);
  labels.keep();
  live.hear(samples, memory.end);
}

/** Events of this page's stream from its first one on, over the hub, for as long as the page is open. */
async function follow() {
  const types = ['opened', 'closed', 'wakeWord', 'face', 'speech', 'emotion', 'gap', 'fault', 'warning', 'telemetry'];
  try {
    const events = server.subscribe({ streamId, types, after: '0:0' }, { onState: state => connection.feed(state) });
    for await (const event of events) handle(event);
  } catch (error) {
    showMessage(error.message);
  }
}

function handle(event) {
  switch (event.type) {
    case 'telemetry':
      live.score(event, memory.positionOf(event.time));
      showGate(event.gateOpen);
      sight.scores(event.modalities);
      emotion.partial(event.speech);
      return;
    case 'face':
      sight.face(event);
      return;
    case 'emotion':
      emotion.emotion(event);
      if (!event.final) return;
      break;
    case 'speech':
      emotion.speech(event);
      break;
    case 'gap':
      connection.gap(event);
      break;
    case 'wakeWord':
      hearWord(event);
      return;
  }
  log.add(event);
}

function hearWord(event) {
  const latencyMs = publication ? performance.now() - publication.capturedAt(event.end) : undefined;
  const [start, end] = [event.start, event.end].map(seconds => memory.positionOf(seconds));
  live.mark(event.keyword, start, end);
  const { keyword, posterior, modality, scores, model, at } = event;
  const facts = { keyword, source: 'microphone', streamId, start: event.start, end: event.end, posterior, modality, scores, model, at };
  log.add(event, { latencyMs, buttons: labelButtons(labels, event, () => ({ facts, start, end, sound: memory })) });
}

function missed() {
  const [keyword, at] = [threshold.decider?.keyword ?? 'the word', new Date().toISOString()];
  labels.miss(keyword, { source: 'microphone', streamId, at }, memory);
  log.add({ type: 'missed', keyword, at });
}

function exportLabels() {
  const url = URL.createObjectURL(labels.export());
  Object.assign(document.createElement('a'), { href: url, download: `labels-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.zip` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function showLabelCount() {
  $('export').disabled = labels.size === 0;
  $('label-count').textContent = labels.size === 0 ? 'No labels yet.' : `${labels.size} ${labels.size === 1 ? 'label' : 'labels'}, as lines of JSON with a WAV clip each.`;
}

async function loadModels() {
  try {
    const models = await server.models();
    showModels($('models'), $('models-empty'), models);
    emotion.models(models);
    sight.models(models);
    loaded = models;
    showWords();
    showDeciders();
    keywords.models(models);
  } catch (error) {
    $('models-empty').textContent = error.message;
  }
}

function showWords() {
  const trained = loaded.filter(model => model.active).flatMap(model => model.keywords);
  const words = [...new Set([...trained, ...given.map(word => word.keyword)])].map(word => `“${word}”`).join(' or ');
  $('words').textContent = words ? `Say ${words}, and see it heard.` : 'Listens for a word, and tells when it hears it.';
}

/** Offers what decides to be looked at; what was looked at stays, if it is still there. */
function showDeciders() {
  const shown = threshold.decider;
  deciders = decidersOf(loaded, given);
  live.use(deciders);
  $('word').replaceChildren(...deciders.map(({ keyword, model }, i) => new Option(`${keyword} · ${model}`, i)));
  $('word').value = Math.max(0, deciders.findIndex(({ keyword }) => keyword === shown?.keyword));
  $('word').hidden = deciders.length < 2;
  showDecider();
}

function showDecider() {
  threshold.use(deciders[$('word').value] ?? null);
  live.showDecider();
  recording.showDecider();
}

async function showDevices() {
  const [microphones, cameras] = await Promise.all([listMicrophones(), listCameras()]);
  fill($('device'), microphones, 'Microphone', publication?.deviceId);
  fill($('camera-device'), cameras, 'Camera', publication?.cameraStream?.getVideoTracks()[0].getSettings().deviceId);
  $('camera-device').hidden = !wantsCamera() || cameras.length === 0;
}

function fill(select, devices, name, inUse) {
  const chosen = inUse ?? select.value;
  if (devices.length === 0) return;
  select.replaceChildren(...devices.map((device, i) => new Option(device.label || `${name} ${i + 1}`, device.deviceId)));
  if (devices.some(device => device.deviceId === chosen)) select.value = chosen;
}

function wantsCamera() { return $('camera').getAttribute('aria-pressed') === 'true'; }

function wantCamera(wanted) {
  $('camera').setAttribute('aria-pressed', wanted);
  showDevices();
}

function showState(state, error) {
  connection.media(state);
  connection.counts(publication);
  if (state !== 'refused') return;
  if (error instanceof CameraUnavailable) wantCamera(false);         // the next start goes without it
  showMessage(error.message);
  stop();
}

function showGate(open) {
  clearTimeout(gateTimer);
  $('gate').textContent = open === null ? 'off' : open ? 'listening' : 'quiet';
  $('gate').dataset.state = open ? 'good' : 'off';
  if (open !== null) gateTimer = setTimeout(() => showGate(publication ? false : null), gateShownMs);
}

function showMessage(text) {
  $('message').textContent = text ?? '';
  $('message').hidden = !text;
}
