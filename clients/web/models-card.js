const kinds = {
  keywordSpotter: 'first stage', keywordVerifier: 'verifier', audioVisualSpotter: 'sound and lips', speechEmbedding: 'speech embedding',
  faceDetector: 'finds faces', faceMesh: 'follows faces', emotion: 'emotion', wordVectors: 'word vectors', voiceActivity: 'finds voices', transcriber: 'writes down speech',
  lexicon: 'says how words sound', lettersToPhones: 'guesses how words sound',
};

/** Lists the models that the server loaded. */
export function showModels(list, empty, models) {
  list.replaceChildren(...models.map(entry));
  empty.textContent = 'The server has loaded no model, so it will hear nothing.';
  empty.hidden = models.length > 0;
}

function entry(model) {
  const item = document.createElement('li');
  item.innerHTML = '<div class="bar"><strong></strong><span class="pill"></span></div><span class="quiet"></span>';
  const [name, pill, detail] = ['strong', '.pill', '.quiet'].map(selector => item.querySelector(selector));
  name.textContent = model.name;
  pill.textContent = model.active ? 'listening' : 'loaded';
  if (model.active) pill.dataset.state = 'good';
  detail.textContent = [
    `${kinds[model.kind] ?? model.kind} ${model.version}`,
    model.keywords.map(keyword => `“${keyword}”`).join(', '),
    (model.emotions ?? []).join(', '),
    model.threshold === undefined ? '' : `threshold ${model.threshold.toFixed(3)}`,
    model.falseAlarmsPerHour === undefined ? '' : `${model.falseAlarmsPerHour} false ${model.falseAlarmsPerHour === 1 ? 'alarm' : 'alarms'} per hour`,
    model.licence,
    model.note,
  ].filter(Boolean).join(' · ');
  return item;
}
