// What a program in TypeScript does with the module. It is compiled, not run.
import { CameraUnavailable, ServerRefused, StreamRefused, connect, listCameras } from '../../../clients/web/avserver.js';
import type { ClosedEvent, KeywordDetails, Publication, ScoreReport, StreamEvent } from '../../../clients/web/avserver.js';

const server = connect({ url: new URL('https://example.org/av/'), apiKey: 'key' });

export async function hear(stop: AbortSignal): Promise<void> {
  const publication: Publication = await server.publishMicrophone({ streamId: 'kitchen', camera: true, onLevel: ({ peak, rms }) => console.log(peak.toFixed(2), rms) });
  const events = server.subscribe({ streamId: 'kitchen', types: ['wakeWord', 'emotion'], after: '0:0' }, { signal: stop });
  for await (const event of events) console.log(describe(event));
  console.log(publication.lostChunks + publication.reconnects, publication.cameraStream?.active);
  await publication.stop();
}

export async function see(): Promise<void> {
  const [camera] = await listCameras();
  try {
    const publication = await server.publishCamera({ streamId: 'door', microphone: false, ...(camera && { deviceId: camera.deviceId }) });
    publication.say('hello', performance.now() - 500, performance.now());
  } catch (error) {
    if (error instanceof CameraUnavailable && error.code === 'refused') return;
    if (error instanceof StreamRefused || error instanceof ServerRefused) console.log(error.code.toUpperCase(), error.message);
    throw error;
  }
}

export async function send(file: File): Promise<number> {
  const closed: ClosedEvent = await server.publishFile(file, { streamId: 'file', container: 'webm', onEvent: event => console.log(event.sequence) });
  const report: ScoreReport = await server.score(file, { posteriors: true, words: ['hey marvin'], video: false });
  const curve: number[] | undefined = report.posteriors?.[0]?.values;
  return closed.duration + report.durationSeconds + (curve?.length ?? 0);
}

export async function add(text: string): Promise<string[]> {
  const word: KeywordDetails = await server.addKeyword({ text, falseAlarmsPerHour: 0.2, streams: ['kitchen'] });
  for (const { keyword, details } of await server.keywords())
    console.log(keyword, details?.pronunciations.map(way => way.phones).join(', '));
  await server.removeKeyword((await server.keyword(word.name)).name);
  return word.warnings;
}

function describe(event: StreamEvent): string {
  switch (event.type) {
    case 'wakeWord': return `${event.keyword} at ${event.start.toFixed(2)} s, ${event.modality}`;
    case 'emotion': return event.final ? event.label : `${event.label}?`;
    case 'face': return event.quality ?? 'no face';
    case 'speech': return event.words?.map(word => word.word).join(' ') ?? event.text;
    default: return event.type;
  }
}

// @ts-expect-error a stream has a name
server.publishMicrophone({});
// @ts-expect-error a word has a text
server.addKeyword({ falseAlarmsPerHour: 0.2 });
// @ts-expect-error no such type of event
server.subscribe({ types: ['wakeword'] });
// @ts-expect-error a wake word has no label
export const label = (event: StreamEvent) => event.type === 'wakeWord' && event.label;
