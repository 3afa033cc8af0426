import { closeDevice, DeviceError, openDevice } from '../devices.ts'
import captureUrl from './capture.worklet.ts?worker&url'

/** An open microphone. */
export interface Microphone {
  /** Samples a second. */
  readonly rate: number
  /** Ends it; the browser's sign that it is listening goes out. */
  close(): void
}

interface Listeners {
  /** About 50 times a second: the next samples, from -1 to 1. */
  onSound: (samples: Float32Array) => void
  /** It was unplugged, or taken back by the person or the system. */
  onLost: () => void
}

const WANTED: MediaStreamConstraints = {
  audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
}

/** Asks for the microphone and listens to it. @throws DeviceError */
export async function openMicrophone({ onSound, onLost }: Listeners): Promise<Microphone> {
  if (typeof AudioWorkletNode === 'undefined' && window.isSecureContext) throw new DeviceError('unsupported')
  const stream = await openDevice(WANTED)
  const context = new AudioContext()
  const close = () => {
    closeDevice(stream)
    if (context.state !== 'closed') void context.close()
  }
  try {
    await context.audioWorklet.addModule(captureUrl)
    const capture = new AudioWorkletNode(context, 'capture', { numberOfInputs: 1, numberOfOutputs: 1 })
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSound(data)
    stream.getAudioTracks()[0]?.addEventListener('ended', onLost, { once: true })
    // Its output is silence; unconnected, some browsers would not run it.
    context.createMediaStreamSource(stream).connect(capture).connect(context.destination)
    await context.resume()
  } catch (error) {
    close()
    throw new DeviceError('unsupported', error)
  }
  return { rate: context.sampleRate, close }
}
