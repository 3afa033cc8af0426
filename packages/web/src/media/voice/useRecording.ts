import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { DeviceError, type DeviceProblem } from '../devices.ts'
import { silence } from '../sounding.ts'
import { RECORDING_SECONDS_MAX, type Recording, VoiceRecorder } from './recorder.ts'

/** What can go wrong with a recording: no microphone, one that went away, or too little said. */
export type RecordingProblem = DeviceProblem | 'lost' | 'tooShort'

/** Less is a slip of the finger. */
const SECONDS_MIN = 1
const COUNTDOWN_SECONDS = 10
/** What the meter shows of the past, and how often it takes a new value. */
const SILENCE: readonly number[] = new Array(44).fill(0)
const LEVEL_EVERY_SECONDS = 0.06

/**
 * The state of recording a voice message, for the two ways of doing it.
 * @param onRecord gets each recording that is finished, be it by `finish` or because the longest time is over
 */
export function useRecording(onRecord: (recording: Recording) => void) {
  const state = ref<'idle' | 'asking' | 'recording'>('idle')
  const seconds = ref(0)
  /** Loudness from 0 to 1 of the last seconds, the newest last; always as many. */
  const levels = shallowRef(SILENCE)
  const problem = ref<RecordingProblem>()
  let recorder: VoiceRecorder | undefined
  let heard = 0

  /** Seconds until the longest time is over, in its last ten. */
  const countdown = computed(() => {
    const left = Math.ceil(RECORDING_SECONDS_MAX - seconds.value)
    return left <= COUNTDOWN_SECONDS ? left : undefined
  })

  function hear(level: number, now: number): void {
    seconds.value = now
    if (Math.floor(now / LEVEL_EVERY_SECONDS) >= heard) {
      levels.value = [...levels.value.slice(1), level]
      heard = Math.floor(now / LEVEL_EVERY_SECONDS) + 1
    }
  }

  async function start(): Promise<void> {
    if (state.value !== 'idle') return
    silence()
    problem.value = undefined
    seconds.value = 0
    heard = 0
    levels.value = SILENCE
    state.value = 'asking'
    const own = new VoiceRecorder({ onLevel: hear, onFull: () => void finish(), onLost })
    recorder = own
    try {
      if (await own.start()) state.value = 'recording'
    } catch (error) {
      if (recorder !== own) return
      reset()
      problem.value = error instanceof DeviceError ? error.problem : 'unsupported'
    }
  }

  async function finish(): Promise<void> {
    const own = recorder
    if (!own || state.value !== 'recording') return cancel()
    reset()
    const recording = await own.stop()
    if (recording.seconds < SECONDS_MIN) problem.value = 'tooShort'
    else onRecord(recording)
  }

  /** Gives up what was recorded. */
  function cancel(): void {
    recorder?.cancel()
    reset()
  }

  function onLost(): void {
    cancel()
    problem.value = 'lost'
  }

  function reset(): void {
    recorder = undefined
    state.value = 'idle'
  }

  onScopeDispose(cancel)
  return { state, seconds, levels, countdown, problem, start, finish, cancel }
}
