import type { Hints } from '@/media/hints.ts'
import { type Microphone, openMicrophone } from './microphone.ts'
import { levelOf, PEAK_MAX, peaksOf } from './peaks.ts'
import { Resampler } from './resample.ts'
import { encodeWav } from './wav.ts'

/** The longest voice message. */
export const RECORDING_SECONDS_MAX = 60

/** Speech needs no more, and a minute stays below 2 MB. */
const RATE = 16_000

/** A recorded voice message, ready for `upload/file`. */
export interface Recording {
  /** WAV: mono, 16 bits, 16 kHz. */
  readonly blob: Blob
  readonly seconds: number
  /** Its shape: 40 values from 0 to 31. */
  readonly peaks: number[]
  /** What old clients call such a file: `voice_recording_<ms>.wav`; the server tells voice from other files by it. */
  readonly name: string
}

/** What is told about a recording in its message: for `writeHints(address, recordingHints(recording))`. */
export const recordingHints = ({ seconds, peaks }: Recording): Hints => ({
  seconds,
  peaks: peaks.map((peak) => peak / PEAK_MAX),
})

interface Listeners {
  /** About 50 times a second: how loud it is (0 to 1), and how many seconds there are. */
  onLevel?: (level: number, seconds: number) => void
  /** The longest time is reached: nothing more is taken, `stop()` gives the recording. */
  onFull?: () => void
  /** The microphone was unplugged or taken back: `stop()` gives what there is. */
  onLost?: () => void
}

/** Records one voice message; make a new one for the next. */
export class VoiceRecorder {
  readonly #listeners: Listeners
  readonly #blocks: Float32Array[] = []
  #microphone: Microphone | undefined
  #resampler: Resampler | undefined
  #samples = 0
  #ended = false

  constructor(listeners: Listeners = {}) {
    this.#listeners = listeners
  }

  /** How much there is by now. */
  get seconds(): number {
    return this.#samples / RATE
  }

  /**
   * Asks for the microphone and begins.
   * @returns false when it was cancelled while the browser asked
   * @throws DeviceError
   */
  async start(): Promise<boolean> {
    const microphone = await openMicrophone({
      onSound: (sound) => this.#take(sound),
      onLost: () => {
        if (!this.#ended) this.#listeners.onLost?.()
      },
    })
    if (this.#ended) {
      microphone.close()
      return false
    }
    this.#resampler = new Resampler(microphone.rate, RATE)
    this.#microphone = microphone
    return true
  }

  /** Ends the recording and gives it. */
  async stop(): Promise<Recording> {
    this.#end()
    this.#keep(this.#resampler?.flush() ?? new Float32Array())
    const sound = new Float32Array(this.#samples)
    let at = 0
    for (const block of this.#blocks) {
      sound.set(block, at)
      at += block.length
    }
    return {
      blob: new Blob([encodeWav(sound, RATE)], { type: 'audio/wav' }),
      seconds: this.seconds,
      peaks: peaksOf(sound),
      name: `voice_recording_${Date.now()}.wav`,
    }
  }

  /** Ends the recording and forgets it. */
  cancel(): void {
    this.#end()
    this.#blocks.length = 0
    this.#samples = 0
  }

  #end(): void {
    this.#ended = true
    this.#microphone?.close()
  }

  #take(sound: Float32Array): void {
    if (this.#ended || !this.#resampler) return
    this.#keep(this.#resampler.push(sound))
    this.#listeners.onLevel?.(levelOf(sound), this.seconds)
    if (this.seconds < RECORDING_SECONDS_MAX) return
    this.#end()
    this.#listeners.onFull?.()
  }

  /** Never more than the longest time. */
  #keep(made: Float32Array): void {
    const room = RECORDING_SECONDS_MAX * RATE - this.#samples
    const block = made.subarray(0, room)
    this.#blocks.push(block)
    this.#samples += block.length
  }
}
