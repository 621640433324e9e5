const verdicts = [['good', 'Good', 'It was said'], ['false', 'False', 'It was not said']];

/**
 * The buttons that label one detection.
 * @param {import('./label-store.js').LabelStore} labels
 * @param {object} key what is labelled
 * @param {() => object} describe what `LabelStore.toggle` wants to know
 * @returns {HTMLElement}
 */
export function labelButtons(labels, key, describe) {
  const group = document.createElement('span');
  group.className = 'verdicts';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Was it right?');
  for (const [verdict, text, title] of verdicts) {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: text, title });
    button.dataset.verdict = verdict;
    button.addEventListener('click', () => labels.toggle(key, verdict, describe()));
    group.append(button);
  }
  const show = () => {
    for (const button of group.children) button.setAttribute('aria-pressed', labels.of(key) === button.dataset.verdict);
  };
  labels.addEventListener('change', show);
  show();
  return group;
}
