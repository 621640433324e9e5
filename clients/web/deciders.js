import { Calibration } from './calibration.js';

/**
 * What decides on a keyword: the typed word of that name, which counts what a trained model says of it too, else a trained model.
 * @param {object[]} models as `/api/models` lists them
 * @param {object[]} words as `/api/keywords` lists them
 * @returns {{keyword: string, model: string, threshold: number, calibration: Calibration | null, refractorySeconds: number, seesLips?: boolean, isTyped?: true, tracks: {key: string, name: string, stage: string, look: string, decides?: true, stands?: true}[]}[]}
 *   `key` is where telemetry has the track's scores, `stage` what a file's curves call it; those that stand are single scores, no curve
 */
export function decidersOf(models, words) {
  const trained = trainedDeciders(models);
  const typed = words.filter(word => word.details);
  const countsBeside = decider => decider.seesLips !== true && typed.some(({ keyword }) => keyword === decider.keyword);
  return [
    ...typed.map(word => typedDecider(word, trained.filter(countsBeside).find(({ keyword }) => keyword === word.keyword))),
    ...trained.filter(decider => !countsBeside(decider)),
  ];
}

const trainedDeciders = models =>
  models.filter(model => model.active && model.threshold !== undefined).flatMap(model => model.keywords.map(keyword => {
    const both = model.kind === 'audioVisualSpotter';
    const table = model.calibration?.find(table => table.keyword === keyword && (!both || table.modality === 'audioVisual'));
    return {
      keyword,
      model: model.name,
      threshold: table?.threshold ?? model.threshold,
      calibration: table ? new Calibration(table) : null,
      refractorySeconds: model.refractorySeconds ?? 1,
      seesLips: both,
      tracks: both ? soundAndLips(model) : model.firstStage ? cascade(model) : [{ key: 'posteriors', name: model.name, stage: model.name, look: 'accent', decides: true }],
    };
  }));

function typedDecider({ keyword, model, threshold, falseAlarmsPerHour, details: { request, calibration } }, trained) {
  const beside = (trained?.tracks ?? []).map(track => track.decides ? { ...track, look: 'second', decides: undefined } : track);
  return {
    keyword,
    model: model.name,
    threshold,
    calibration: new Calibration({ ...calibration, points: withOwn(calibration.points, { threshold, falseAlarmsPerHour, frr: 0 }) }),
    refractorySeconds: request.refractorySeconds ?? 1,
    isTyped: true,
    tracks: [...beside, { key: 'typed', name: 'typed word, on candidates', stage: model.name, look: 'accent', decides: true, stands: true }],
  };
}

// What the word was asked for is known, and needn't be read from between two points.
const withOwn = (points, own) => [...points.filter(({ falseAlarmsPerHour }) => falseAlarmsPerHour !== own.falseAlarmsPerHour), own]
  .sort((one, other) => one.threshold - other.threshold);

const cascade = model => [
  { key: 'posteriors', name: 'first stage', stage: model.firstStage, look: 'quiet' },
  { key: 'verified', name: 'verifier, on candidates', stage: model.name, look: 'accent', decides: true },
];

const soundAndLips = model => [
  { key: 'audio', name: 'sound alone', stage: `${model.name}/audio`, look: 'quiet' },
  { key: 'visual', name: 'lips alone', stage: `${model.name}/visual`, look: 'second' },
  { key: 'audioVisual', name: 'sound and lips', stage: `${model.name}/audioVisual`, look: 'accent', decides: true },
];

/**
 * The scores of a track that a telemetry event brings.
 * @returns {number[]} a value every `step`, the last one at the event's time
 */
export function scoresIn(event, keyword, { key }) {
  if (['posteriors', 'verified', 'typed'].includes(key)) return event[key]?.[keyword] ?? [];
  const score = event.modalities?.[keyword]?.[key];
  return score === undefined ? [] : [score];
}
