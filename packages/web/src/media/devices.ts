/**
 * Why a camera or microphone gives nothing: `refused` by the person or the browser, `missing`, `busy` in another
 * program, `insecure` address (browsers give them to HTTPS pages only), or `unsupported`.
 */
export type DeviceProblem = 'refused' | 'missing' | 'busy' | 'insecure' | 'unsupported'

/** A camera or microphone that cannot be used. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError'

  constructor(
    readonly problem: DeviceProblem,
    cause?: unknown,
  ) {
    super(`device: ${problem}`, { cause })
  }
}

/** Asks for a camera or microphone. Who gets it ends it with {@link closeDevice}. @throws DeviceError */
export async function openDevice(wanted: MediaStreamConstraints): Promise<MediaStream> {
  if (!window.isSecureContext) throw new DeviceError('insecure')
  if (!navigator.mediaDevices) throw new DeviceError('unsupported')
  try {
    return await navigator.mediaDevices.getUserMedia(wanted)
  } catch (error) {
    throw new DeviceError(problemOf(error), error)
  }
}

/** Ends it; the browser's sign that it is in use goes out. */
export function closeDevice(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    default:
      return 'unsupported'
  }
}
