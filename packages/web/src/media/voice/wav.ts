const HEADER_BYTES = 44
const SAMPLE_BYTES = 2
const CHANNELS = 1
const PCM = 1

/**
 * Sound as a WAV file that every client plays, the old ones too: one channel, 16-bit PCM.
 * @param samples from -1 to 1; what is beyond is cut off
 * @param rate samples a second
 */
export function encodeWav(samples: Float32Array, rate: number): Uint8Array<ArrayBuffer> {
  const dataBytes = samples.length * SAMPLE_BYTES
  const file = new Uint8Array(HEADER_BYTES + dataBytes)
  const view = new DataView(file.buffer)
  const text = (at: number, letters: string) => {
    for (let index = 0; index < letters.length; index++) view.setUint8(at + index, letters.charCodeAt(index))
  }
  text(0, 'RIFF')
  view.setUint32(4, file.length - 8, true)
  text(8, 'WAVE')
  text(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM, true)
  view.setUint16(22, CHANNELS, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * CHANNELS * SAMPLE_BYTES, true)
  view.setUint16(32, CHANNELS * SAMPLE_BYTES, true)
  view.setUint16(34, SAMPLE_BYTES * 8, true)
  text(36, 'data')
  view.setUint32(40, dataBytes, true)
  for (let index = 0; index < samples.length; index++) {
    view.setInt16(HEADER_BYTES + index * SAMPLE_BYTES, toInt16(samples[index]!), true)
  }
  return file
}

/** The negative side reaches one step further. */
function toInt16(sample: number): number {
  const limited = Math.max(-1, Math.min(1, sample))
  return Math.round(limited < 0 ? limited * 0x8000 : limited * 0x7fff)
}
