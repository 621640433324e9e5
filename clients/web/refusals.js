/** A stream that the server did not take, or ended. */
export class StreamRefused extends Error {
  /**
   * @param {string} code one of the server's fault codes, or `idle`
   * @param {string} message for people
   */
  constructor(code, message) {
    super(message);
    this.name = 'StreamRefused';
    this.code = code;
  }
}

/** An answer of the server that is not the one wanted. */
export class ServerRefused extends Error {
  /**
   * @param {string} code one of the server's fault codes, or `unreachable`
   * @param {string} message for people
   * @param {number} status of HTTP; 0 where there was none
   */
  constructor(code, message, status = 0) {
    super(message);
    this.name = 'ServerRefused';
    this.code = code;
    this.status = status;
  }
}
