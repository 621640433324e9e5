/** Why a device gives nothing, in words for the person who sits before it. */
export class DeviceUnavailable extends Error {
  constructor(code, message) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The devices of a kind that may be chosen; nameless until the person has allowed one. */
export async function listDevices(kind) {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return devices.filter(device => device.kind === kind && device.deviceId !== '');
}

/**
 * Asks the person for a device.
 * @param {MediaStreamConstraints} constraints what is wanted
 * @param {typeof DeviceUnavailable} Unavailable what is thrown where there is none
 * @param {{name: string, refused: string, missing: string}} words the device's name, and what to say where it was refused or is missing
 */
export async function openDevice(constraints, Unavailable, { name, refused, missing }) {
  if (!navigator.mediaDevices)
    throw new Unavailable('insecure', `Browsers give the ${name} only to pages from https or localhost. Open this page by one of these.`);
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    switch (error.name) {
      case 'NotAllowedError':
      case 'SecurityError':
        throw new Unavailable('refused', refused);
      case 'NotFoundError':
      case 'OverconstrainedError':
        throw new Unavailable('missing', missing);
      case 'NotReadableError':
        throw new Unavailable('busy', `The ${name} is in use by another program. Close that one, then start again.`);
      default:
        throw new Unavailable('failed', `The ${name} could not be opened (${error.name}).`);
    }
  }
}
