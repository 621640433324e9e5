import { ServerRefused } from './avserver.js';

const pollMs = 300;
const patienceMs = 20_000;               // for a server that doesn't answer while a job runs
const formats = ['json', 'csv', 'vtt', 'html'];

/** Has files scored as jobs: with progress, cancellable, and nothing stays at the server. */
export class FileScoring {
  #base;
  #headers;

  /** @param {{base: URL, apiKey?: string}} server where it is, and the key that it wants */
  constructor({ base, apiKey }) {
    this.#base = base;
    this.#headers = apiKey ? { 'X-Api-Key': apiKey } : {};
  }

  /**
   * Scores a file.
   * @param {File} file
   * @param {{signal: AbortSignal, onProgress: (progress: {phase: 'upload' | 'queued' | 'score', done: number, total?: number}) => void}} options
   *   aborting cancels the job; progress is in bytes of the upload, then in seconds of media
   * @returns {Promise<{report: object, results: Record<string, Blob>}>} what was found, and the same in each format
   */
  async score(file, { signal, onProgress }) {
    const { id } = await this.#upload(file, signal, onProgress);
    const job = `api/jobs/${id}`;
    try {
      await this.#follow(job, signal, onProgress);
      const blobs = await Promise.all(formats.map(async format => (await this.#ask(`${job}/result?format=${format}`, { signal })).blob()));
      const results = Object.fromEntries(formats.map((format, i) => [format, blobs[i]]));
      return { report: JSON.parse(await results.json.text()), results };
    } finally {
      this.#ask(job, { method: 'DELETE', keepalive: true }).catch(() => {});      // a server that is gone has forgotten it anyway
    }
  }

  async #follow(job, signal, onProgress) {
    let answeredMs = performance.now();
    while (true) {
      try {
        const status = await (await this.#ask(job, { signal })).json();
        answeredMs = performance.now();
        if (status.state === 'succeeded') return;
        if (status.state === 'failed') throw new ServerRefused(status.error.code, status.error.message, 422);
        if (status.state === 'cancelled') throw new ServerRefused('jobNotFinished', 'Somebody else cancelled the job.', 409);
        onProgress({ phase: status.state === 'queued' ? 'queued' : 'score', done: status.done, total: status.total });
      } catch (error) {
        if (error.code !== 'unreachable' || performance.now() - answeredMs > patienceMs) throw error;
      }
      await pause(pollMs, signal);
    }
  }

  async #ask(path, options) {
    let response;
    try {
      response = await fetch(new URL(path, this.#base), { ...options, headers: this.#headers });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new ServerRefused('unreachable', 'The server does not answer.', 0);
    }
    if (!response.ok) throw refusal(await response.text(), response.status);
    return response;
  }

  /** fetch doesn't tell how far an upload is. */
  #upload(file, signal, onProgress) {
    const url = new URL('api/score', this.#base);
    for (const [name, value] of Object.entries({ job: true, posteriors: true, fileName: file.name })) url.searchParams.set(name, value);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', url);
      for (const [name, value] of Object.entries({ ...this.#headers, 'Content-Type': 'application/octet-stream' })) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onProgress({ phase: 'upload', done: loaded, total });
      request.onload = () => request.status === 202 ? resolve(JSON.parse(request.responseText)) : reject(refusal(request.responseText, request.status));
      request.onerror = () => reject(new ServerRefused('unreachable', 'The server does not answer, or broke the upload off.', 0));
      request.onabort = () => reject(signal.reason);
      signal.addEventListener('abort', () => request.abort());
      request.send(file);
    });
  }
}

function refusal(text, status) {
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // A proxy before the server answers in its own words.
  }
  return new ServerRefused(problem.code ?? 'internal', problem.detail ?? problem.title ?? `The server answered with HTTP status ${status}.`, status);
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
