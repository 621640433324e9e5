import { connect, listMicrophones } from './avserver.js';
import { EmotionCard } from './emotion-card.js';
import { EventLog } from './event-log.js';
import { LevelMeter } from './level-meter.js';
import { LiveCurve } from './live-curve.js';
import { showModels } from './models-card.js';
import { Recording } from './recording.js';
import { SightCard } from './sight-card.js';

const $ = id => document.getElementById(id);
const roundTripEveryMs = 4000;
const gateShownMs = 600;

// The key comes in the fragment, which browsers never send: /#key=…
const server = connect({ apiKey: new URLSearchParams(location.hash.slice(1)).get('key') ?? undefined });
const streamId = `web-${crypto.getRandomValues(new Uint32Array(1))[0].toString(16).padStart(8, '0')}`;
const level = new LevelMeter($('level'));
const curve = new LiveCurve($('curve'));
const sight = new SightCard({ card: $('sight'), video: $('preview'), face: $('face-box'), lips: $('lip-box'), quality: $('quality'), scores: $('modalities') });
const emotion = new EmotionCard({
  card: $('emotion-card'), label: $('emotion'), bars: $('emotions'), notice: $('emotion-notice'), partial: $('partial'), transcript: $('transcript'),
});
const log = new EventLog($('log'), $('log-empty'), $('count'));
new Recording(server, {
  drop: $('drop'), input: $('file'), scored: $('scored'), name: $('scored-name'), summary: $('scored-summary'),
  timeline: $('timeline'), player: $('player'), markers: $('markers'), download: $('download'),
}, showMessage);

let publication = null;
let starting = false;
let gateTimer;

$('stream-id').textContent = streamId;
$('start').addEventListener('click', () => publication ? stop() : start());
$('device').addEventListener('change', restart);
$('camera').addEventListener('click', () => {
  $('camera').setAttribute('aria-pressed', $('camera').getAttribute('aria-pressed') !== 'true');
  restart();
});
navigator.mediaDevices?.addEventListener('devicechange', showDevices);
showDevices();
loadModels();
follow();
measureRoundTrip();

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
      streamId, deviceId: $('device').value || undefined, camera: $('camera').getAttribute('aria-pressed') === 'true', telemetry: true, onState: showState,
      onLevel: levels => { level.show(levels); showCounts(); },
    });
    $('start').textContent = 'Stop';
    $('start').setAttribute('aria-pressed', 'true');
    $('hint').hidden = true;
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
  sight.show(null);
  showGate(null);
}

/** Events of this page's stream, over the hub, for as long as the page is open. */
async function follow() {
  const types = ['opened', 'closed', 'wakeWord', 'face', 'speech', 'emotion', 'gap', 'fault', 'telemetry'];
  try {
    for await (const event of server.subscribe({ streamId, types }, { onState: showFeedState })) handle(event);
  } catch (error) {
    showMessage(error.message);
  }
}

function handle(event) {
  if (event.type === 'telemetry') {
    curve.add(event);
    showGate(event.gateOpen);
    sight.scores(event.modalities);
    emotion.partial(event.speech);
    const scores = Object.values(event.posteriors)[0] ?? [];
    $('curve-now').textContent = scores.length > 0 ? Math.max(...scores).toFixed(2) : '';
    return;
  }
  if (event.type === 'face') {
    sight.face(event);
    return;
  }
  if (event.type === 'emotion') {
    emotion.emotion(event);
    if (!event.final) return;
  }
  if (event.type === 'speech') emotion.speech(event);
  const latencyMs = event.type === 'wakeWord' && publication ? performance.now() - publication.capturedAt(event.end) : undefined;
  if (event.type === 'wakeWord') curve.mark(event);
  if (event.type === 'opened') curve.clear();
  log.add(event, latencyMs);
}

async function loadModels() {
  try {
    const models = await server.models();
    showModels($('models'), $('models-empty'), models);
    emotion.models(models);
    const words = [...new Set(models.filter(model => model.active).flatMap(model => model.keywords))];
    if (words.length > 0) $('words').textContent = `Say ${words.map(word => `“${word}”`).join(' or ')}, and see it heard.`;
    curve.threshold = (models.find(model => model.kind === 'keywordSpotter' && model.threshold !== undefined))?.threshold;
    curve.clear();
  } catch (error) {
    $('models-empty').textContent = error.message;
  }
}

async function showDevices() {
  const chosen = publication?.deviceId ?? $('device').value;
  const microphones = await listMicrophones();
  if (microphones.length === 0) return;
  $('device').replaceChildren(...microphones.map((device, i) => new Option(device.label || `Microphone ${i + 1}`, device.deviceId)));
  if (microphones.some(device => device.deviceId === chosen)) $('device').value = chosen;
}

async function measureRoundTrip() {
  try {
    $('round-trip').textContent = `${(await server.roundTrip()).toFixed(0)} ms`;
  } catch {
    $('round-trip').textContent = 'no answer';
  }
  setTimeout(measureRoundTrip, roundTripEveryMs);
}

function showState(state, error) {
  const [text, look] = {
    connecting: ['connecting', 'wait'], connected: ['connected', 'good'], reconnecting: ['reconnecting', 'wait'],
    refused: ['refused', 'bad'], stopped: ['stopped', 'off'],
  }[state];
  $('state').textContent = text;
  $('state').dataset.state = look;
  showCounts();
  if (state !== 'refused') return;
  showMessage(error.message);
  stop();
}

function showFeedState(state) {
  $('feed-state').textContent = { connecting: 'SignalR, connecting', connected: 'SignalR', reconnecting: 'SignalR, reconnecting' }[state];
}

function showCounts() {
  $('reconnects').textContent = publication?.reconnects ?? 0;
  $('lost').textContent = `${((publication?.lostChunks ?? 0) * 0.08).toFixed(1)} s`;
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
