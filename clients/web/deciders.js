import { Calibration } from './calibration.js';

/**
 * What decides on a keyword, from the server's list of models.
 * @param {object[]} models as `/api/models` lists them
 * @returns {{keyword: string, model: string, threshold: number, calibration: Calibration | null, refractorySeconds: number, tracks: {key: string, name: string, stage: string, look: string, decides?: true}[]}[]}
 *   `key` is where telemetry has the track's scores, `stage` what a file's curves call it
 */
export function decidersOf(models) {
  return models.filter(model => model.active && model.threshold !== undefined).flatMap(model => model.keywords.map(keyword => {
    const both = model.kind === 'audioVisualSpotter';
    const table = model.calibration?.find(table => table.keyword === keyword && (!both || table.modality === 'audioVisual'));
    return {
      keyword,
      model: model.name,
      threshold: table?.threshold ?? model.threshold,
      calibration: table ? new Calibration(table) : null,
      refractorySeconds: model.refractorySeconds ?? 1,
      tracks: both ? soundAndLips(model) : model.firstStage ? cascade(model) : [{ key: 'posteriors', name: model.name, stage: model.name, look: 'accent', decides: true }],
    };
  }));
}

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
  if (key === 'posteriors' || key === 'verified') return event[key]?.[keyword] ?? [];
  const score = event.modalities?.[keyword]?.[key];
  return score === undefined ? [] : [score];
}
