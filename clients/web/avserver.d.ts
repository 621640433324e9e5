/** A client of one server. Nothing is opened before something is asked of it. */
export function connect(options?: ConnectOptions): AVServer;

export interface ConnectOptions {
  /** Where the server is. Default: where this module came from. */
  url?: string | URL;
  /** Key that the server wants, if it wants one. */
  apiKey?: string;
}

export class AVServer {
  constructor(options?: ConnectOptions);
  /** Sends the microphone until `stop()`; reconnects when the connection is lost. Rejects with MicrophoneUnavailable, CameraUnavailable or StreamRefused. */
  publishMicrophone(options: MicrophoneOptions): Promise<Publication>;
  /** Sends the camera, with the microphone unless told otherwise, until `stop()`; reconnects and rejects as `publishMicrophone` does. */
  publishCamera(options: CameraOptions): Promise<Publication>;
  /** Sends a media file as fast as the server takes it. Rejects with StreamRefused. */
  publishFile(file: Blob & { name?: string }, options: FileOptions): Promise<ClosedEvent>;
  /**
   * Events that pass the filter; ends only with `signal` or a `break`. Lost connections are made anew and resumed; a `lost` event tells
   * what is gone.
   */
  subscribe(filter?: EventFilter, options?: { signal?: AbortSignal; onState?: (state: FeedState) => void }): AsyncGenerator<StreamEvent>;
  /** Has the server score a media file of any container; with `video: false` it is only heard. Rejects with ServerRefused. */
  score(
    file: Blob & { name?: string },
    options?: { posteriors?: boolean; model?: string; words?: string[]; video?: boolean; signal?: AbortSignal }): Promise<ScoreReport>;
  /** The wake words that live streams are searched for; those that were given as text have `details`. */
  keywords(): Promise<KeywordSummary[]>;
  /** A wake word that was given as text. Rejects with ServerRefused where there is none of that name. */
  keyword(name: string): Promise<KeywordDetails>;
  /** Has the server listen for a wake word from now on, open streams too; one of its name is replaced. Rejects with ServerRefused. */
  addKeyword(request: KeywordRequest): Promise<KeywordDetails>;
  /** Has the server listen for a wake word that was given as text no more. */
  removeKeyword(name: string): Promise<void>;
  /** Has the server learn from three to ten recordings, the word once in each, how a word sounds; it keeps no sound. */
  enrolKeyword(name: string, recordings: Blob[]): Promise<KeywordDetails>;
  /** Has the server forget what it learnt from recordings of a word. */
  forgetRecordings(name: string): Promise<void>;
  models(): Promise<ModelSummary[]>;
  streams(): Promise<StreamSummary[]>;
  /** Milliseconds to the server and back. */
  roundTrip(): Promise<number>;
}

export interface PublicationOptions {
  /** 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit; nobody else may send on it. */
  streamId: string;
  /** Whether the server makes telemetry for subscribers who ask for it. */
  telemetry?: boolean;
  /** Words that this stream listens for beside those of all streams, as text. */
  words?: string[];
  /** Told of each 80 ms: linear levels, 1 is full scale. */
  onLevel?: (level: { peak: number; rms: number }) => void;
  /** Shown each 80 ms of 16 kHz samples before they are sent, and may change them in place; with their media time, while there is a connection. */
  onSound?: (samples: Int16Array, seconds: number | undefined) => void;
  /** Told of changes; `refused` comes with the error that ended it. */
  onState?: (state: 'connecting' | 'connected' | 'reconnecting' | 'refused' | 'stopped', error?: Error) => void;
}

export interface MicrophoneOptions extends PublicationOptions {
  /** One of `listMicrophones()`. Default: the browser's choice. */
  deviceId?: string;
  /** Whether the camera is sent too: one of `listCameras()` by its id, or true for the browser's choice. Default: false. */
  camera?: boolean | string;
}

export interface CameraOptions extends PublicationOptions {
  /** One of `listCameras()`. Default: the browser's choice. */
  deviceId?: string;
  /** Whether the microphone is sent too: one of `listMicrophones()` by its id, or true for the browser's choice. Default: true. */
  microphone?: boolean | string;
}

export interface FileOptions {
  streamId: string;
  /** Default: by the end of the file's name. */
  container?: 'webm' | 'matroska' | 'mp4' | 'ogg' | 'wav';
  telemetry?: boolean;
  /** Words that this stream listens for beside those of all streams, as text. */
  words?: string[];
  onEvent?: (event: StreamEvent) => void;
}

/** A microphone, a camera or both on their way to the server. */
export interface Publication {
  /** The microphone that is in use; absent without one. */
  readonly deviceId: string | undefined;
  /** What the camera sees; absent without one. */
  readonly cameraStream: MediaStream | undefined;
  /** Pictures that were left out because the connection is too slow. */
  readonly lostPictures: number;
  /** Chunks of 80 ms that could not be sent. */
  readonly lostChunks: number;
  readonly reconnects: number;
  readonly waitingBytes: number;
  /** On `performance.now()`'s clock, when a media time of this stream reached the page from the device. */
  capturedAt(seconds: number): number;
  /** Tells the server what was said, e.g. from the browser's own captions, where its `Speech:Transcriber` is `client`; times as `performance.now()` has them. */
  say(text: string, startMs: number, endMs: number): void;
  stop(): Promise<void>;
}

export type FeedState = 'connecting' | 'connected' | 'reconnecting';

export function listMicrophones(): Promise<MediaDeviceInfo[]>;

export function listCameras(): Promise<MediaDeviceInfo[]>;

/** Why a device gives nothing. */
export type DeviceFault = 'refused' | 'missing' | 'busy' | 'insecure' | 'failed';

export class CameraUnavailable extends Error { readonly code: DeviceFault; }
export class MicrophoneUnavailable extends Error { readonly code: DeviceFault; }
/** A stream that the server did not take, or ended. */
export class StreamRefused extends Error {
  constructor(code: string, message: string);
  /** One of the server's fault codes, or `idle`. */
  readonly code: string;
}
/** An answer of the server that is not the one wanted. */
export class ServerRefused extends Error {
  constructor(code: string, message: string, status?: number);
  /** One of the server's fault codes, or `unreachable`. */
  readonly code: string;
  /** Of HTTP; 0 where there was none. */
  readonly status: number;
}

export interface EventFilter {
  streamId?: string;
  /** Wire names; absent means all but telemetry. */
  types?: StreamEvent['type'][];
  /**
   * With `streamId`: begin after this `cursor` of an event with what can still be had, '0:0' for all of it; a `lost` event comes first
   * where something is gone. Absent: what happens from now on.
   */
  after?: string;
}

export interface ModelReference { name: string; version: string; }

interface EventBase {
  streamId: string;
  /** Its place among the stream's events, for `after`; absent for telemetry. Compare it for equality and with nothing else. */
  cursor?: string;
  /** Number within the cursor's epoch, from 1, without gaps; 0 for telemetry. */
  sequence: number;
  /** UTC, ISO 8601. */
  at: string;
}

/** All media times are seconds. */
export type StreamEvent =
  | OpenedEvent | ClosedEvent | WakeWordEvent | FaceEvent | SpeechEvent | EmotionEvent | GapEvent | FaultEvent | WarningEvent | TelemetryEvent | LostEvent;

export interface OpenedEvent extends EventBase { type: 'opened'; models: ModelReference[]; }
export interface ClosedEvent extends EventBase { type: 'closed'; reason: 'completed' | 'disconnected' | 'faulted' | 'idle' | 'serverStopping'; duration: number; }
export interface WakeWordEvent extends EventBase {
  type: 'wakeWord';
  keyword: string;
  posterior: number;
  start: number;
  end: number;
  modality: 'audio' | 'visual' | 'audioVisual';
  scores: Record<string, number>;
  model: ModelReference;
  /** Media time that had been heard when the decision fell. */
  detectedAt: number;
}
/** Shares of the picture's width and height, from its upper left corner. */
export interface PictureBox { x: number; y: number; width: number; height: number; }
export interface FaceEvent extends EventBase {
  type: 'face';
  time: number;
  visible: boolean;
  /** The same for as long as the face is followed; absent, like what follows, without one. */
  face?: number;
  box?: PictureBox;
  lips?: PictureBox;
  quality?: 'good' | 'outsidePicture' | 'tooSmall' | 'tooDark' | 'turnedAway' | 'tooFewPictures';
  lipsMove?: boolean;
  /** By how much the pictures come behind the sound, negative: before it; the server corrects it. Absent until it is sure. */
  delay?: number;
}
/** What was said: an utterance as the server understood it, or text that the sender sent. */
export interface SpeechEvent extends EventBase {
  type: 'speech';
  text: string;
  start: number;
  end: number;
  /** Absent, like the model, for text that the sender sent. */
  words?: { word: string; start: number; end: number; confidence: number }[];
  model?: ModelReference;
}
/** An estimate of what speech expresses, not of what the speaker feels. */
export interface EmotionEvent extends EventBase {
  type: 'emotion';
  /** The likeliest emotion, or `unsure`. */
  label: string;
  posteriors: Record<string, number>;
  start: number;
  /** Of an estimate that isn't final, the time up to which the utterance was heard. */
  end: number;
  /** Once per utterance, at its end; before that a smoothed estimate each second. */
  final: boolean;
  model: ModelReference;
  estimatedAt: number;
  /** The words that a final estimate rests on beside the sound. */
  text?: string;
  /** How pleasant it sounds, -1 to 1: the emotions' places on a circle, weighed by their posteriors. Absent where the sound can't be judged. */
  valence?: number;
  /** How excited it sounds, -1 to 1. */
  arousal?: number;
  /** Why the label is `unsure`. */
  reason?: 'unlikely' | 'tooShort' | 'tooQuiet' | 'clipped' | 'notSpeech';
  notice: string;
}
export interface GapEvent extends EventBase { type: 'gap'; kind: 'audio' | 'video'; reason: 'missingInInput' | 'droppedWhenBusy' | 'undecodable'; start: number; duration: number; }
/** Told before what follows: events are gone that this reader has not had. */
export interface LostEvent extends EventBase {
  type: 'lost';
  /** The place that was named as `after`. */
  from?: string;
  /** The last place up to which something is gone. */
  to?: string;
  reason: 'restart' | 'trimmed' | 'unknownEpoch' | 'allStreams';
}
export interface FaultEvent extends EventBase { type: 'fault'; code: string; message: string; }
/** Something of the media was not read, or can't be trusted: `damaged`, `endsEarly`, `picturesUnread`, `channelsCancel`, `sourceLost`. The stream goes on. */
export interface WarningEvent extends EventBase { type: 'warning'; code: string; message: string; }
export interface TelemetryEvent extends EventBase {
  type: 'telemetry';
  time: number;
  levelDb: number;
  gateOpen: boolean;
  /** By keyword, a value every `step` seconds, the last one at `time`. */
  posteriors: Record<string, number[]>;
  step: number;
  /** By keyword of an audio-visual model, its latest scores: `audio`, `visual`, `audioVisual`. */
  modalities?: Record<string, Record<string, number>>;
  /** By keyword of a verifier, the score of the first stage's candidates that is compared with the threshold, in the steps of `posteriors`; 0 where the verifier wasn't asked. */
  verified?: Record<string, number[]>;
  /** By typed word, the score of its candidates that is compared with the threshold, in the steps of `posteriors` in which they were judged; absent for a word that had none. */
  typed?: Record<string, number[]>;
  /** What was understood so far of who is speaking; may still change. */
  speech?: string;
}

export interface ScoreReport {
  file: string;
  durationSeconds: number;
  maxPosterior: Record<string, number>;
  events: StreamEvent[];
  posteriors?: PosteriorCurve[];
  /** Utterances; absent where neither emotion nor a transcriber is on. */
  segments?: SpokenSegment[];
  /** What of the file was not read or can't be trusted, with the codes of warnings on streams; absent where all is well. */
  warnings?: { code: string; message: string }[];
}

/** One utterance; text where words were understood, label and posteriors where emotion is on. */
export interface SpokenSegment { start: number; end: number; text?: string; label?: string; posteriors?: Record<string, number>; }

/** Value i covers the media that ends at (i + 1) · stepSeconds. */
export interface PosteriorCurve { keyword: string; stage: string; stepSeconds: number; values: number[]; }

export interface ModelSummary {
  name: string;
  version: string;
  kind: string;
  keywords: string[];
  licence: string;
  active: boolean;
  threshold?: number;
  falseAlarmsPerHour?: number;
  /** Of an emotion model. */
  emotions?: string[];
  /** Why it does nothing, where that is a matter of the server's configuration. */
  note?: string;
  /** Of a verifier, the model that proposes what it judges. */
  firstStage?: string;
  /** Seconds after a detection with no other; of a model that decides. */
  refractorySeconds?: number;
  /** What other thresholds would stand for; of a model that decides. */
  calibration?: KeywordCalibration[];
}

/** What the thresholds of a keyword stand for, as they were measured; `points` ascend by threshold. */
export interface KeywordCalibration {
  keyword: string;
  /** The one that this server uses. */
  threshold: number;
  data: string;
  fillerHours: number;
  keywordUtterances: number;
  points: { threshold: number; falseAlarmsPerHour: number; frr: number }[];
  /** Of an audio-visual model. */
  modality?: 'audio' | 'visual' | 'audioVisual';
}

/** A wake word that is asked for, as text. */
export interface KeywordRequest {
  /** One or several English words; phones behind `=` overrule how they sound: `marvin=M AA R V IH N`. */
  text: string;
  /** Of other speech, above 0. Default: 0.5. */
  falseAlarmsPerHour?: number;
  /** Media time after a detection with no other. Default: 1. */
  refractorySeconds?: number;
  /** Ids of streams that it is for; `*` at an id's end stands for any rest. Default: all. */
  streams?: string[];
}

/** A wake word that was given as text, and what was found out about it. */
export interface KeywordDetails {
  name: string;
  pronunciations: { phones: string; source: string }[];
  request: KeywordRequest;
  calibration: KeywordCalibration;
  /** What speaks against the word, in sentences. */
  warnings: string[];
  /** Of a word that was recorded: what each recording is found by, in log-odds above the threshold, by text alone and with the others' help. */
  enrolment?: { recordings: { byText: number; byOthers: number }[] };
}

/** A wake word that live streams are searched for. */
export interface KeywordSummary {
  keyword: string;
  /** The one that decides. */
  model: ModelReference;
  threshold: number;
  falseAlarmsPerHour?: number;
  /** Of a word that was given as text. */
  details?: KeywordDetails;
}

export interface StreamSummary { streamId: string; transport: 'webSocket' | 'put' | 'hub'; openedAt: string; mediaTime: number; }
