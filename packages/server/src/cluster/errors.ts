/**
 * What the nodes share does not answer just now. The message is for the log and the terminal; it names the server and
 * never the password.
 */
export class ClusterError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ClusterError'
  }
}
