let loading;

/**
 * SignalR's client, when the first subscription asks for it: the global of a script that the page has loaded, the npm package where there is a
 * bundler or Node, else `lib/signalr.min.js` beside this module.
 */
export function loadSignalR() {
  if (globalThis.signalR) return Promise.resolve(globalThis.signalR);
  return loading ??= import('@microsoft/signalr').then(module => module.HubConnectionBuilder ? module : module.default, loadScript)
    .catch(error => { loading = undefined; throw error; });
}

function loadScript() {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL('./lib/signalr.min.js', import.meta.url);
    script.onload = () => resolve(globalThis.signalR);
    script.onerror = () => reject(new Error('lib/signalr.min.js could not be loaded.'));
    document.head.append(script);
  });
}
