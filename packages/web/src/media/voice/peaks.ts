/** How many values describe the shape of a voice message, and the largest of them: one byte each is plenty. */
const PEAK_COUNT = 40
export const PEAK_MAX = 31

/** Below that, sound is silence: it is not blown up to full height. */
const QUIET = 0.02
/** Speech lives between a whisper and a shout: a root brings its quiet parts to sight. */
const CURVE = 0.7

/**
 * The shape of a sound: `count` values from 0 to 31, the loudest part being 31 (unless all is near silence).
 * @param samples from -1 to 1
 */
export function peaksOf(samples: Float32Array, count = PEAK_COUNT): number[] {
  const loudness = Array.from({ length: count }, (_, slot) => {
    const from = Math.floor((slot * samples.length) / count)
    const to = Math.floor(((slot + 1) * samples.length) / count)
    return loudnessOf(samples.subarray(from, to))
  })
  const full = Math.max(QUIET, ...loudness)
  return loudness.map((value) => Math.round(PEAK_MAX * (value / full) ** CURVE))
}

/** Root mean square: what an ear takes for loudness. */
function loudnessOf(samples: Float32Array): number {
  if (samples.length === 0) return 0
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / samples.length)
}

const LEVEL_FLOOR_DB = -50
const LEVEL_FULL_DB = -8

/** How loud it is right now, from 0 (quiet room) to 1 (loud speech), for a meter. */
export function levelOf(samples: Float32Array): number {
  const decibels = 20 * Math.log10(loudnessOf(samples) || 1e-9)
  return Math.max(0, Math.min(1, (decibels - LEVEL_FLOOR_DB) / (LEVEL_FULL_DB - LEVEL_FLOOR_DB)))
}

/** Fits peaks to a number of bars: the highest of those that fall together, so that no word gets lost. */
export function barsOf(peaks: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / count)
    const to = Math.max(from + 1, Math.ceil(((bar + 1) * peaks.length) / count))
    return Math.max(0, ...peaks.slice(from, to))
  })
}

const WIDTH_MIN = 80
const WIDTH_MAX = 240
const FULL_SECONDS = 60

/** How long a message's waveform is drawn, in px: quickly longer at first, so that 2″ and 8″ differ at a glance. */
export function waveWidth(seconds: number): number {
  const share = Math.sqrt(Math.max(0, Math.min(1, seconds / FULL_SECONDS)))
  return Math.round(WIDTH_MIN + (WIDTH_MAX - WIDTH_MIN) * share)
}
