import type { Random } from './random.ts'

const SAMPLES_PER_SECOND = 16_000
const HEADER_BYTES = 44
const SAMPLE_BYTES = 2

/** Resonances of the mouth for five vowels, in Hz. */
const VOWELS = [
  [730, 1090, 2440],
  [530, 1840, 2480],
  [270, 2290, 3010],
  [570, 840, 2410],
  [300, 870, 2240],
] as const

/**
 * A recording of somebody who speaks, as WAV (16 bits, mono): syllables of sung vowels with a melody and pauses. No
 * words, but a player shows and plays it like any other.
 */
export function speak(seconds: number, random: Random): Buffer {
  const count = Math.floor(seconds * SAMPLES_PER_SECOND)
  const wav = Buffer.alloc(HEADER_BYTES + count * SAMPLE_BYTES)
  writeHeader(wav, count)
  const basePitch = random.between(110, 210)
  for (let at = 0; at < count; ) {
    const length = Math.floor(random.between(0.12, 0.26) * SAMPLES_PER_SECOND)
    writeSyllable(
      wav,
      at,
      Math.min(length, count - at),
      basePitch * random.between(0.85, 1.25),
      random.pick(VOWELS),
    )
    const pause = random.next() < 0.2 ? random.between(0.2, 0.45) : random.between(0.02, 0.06)
    at += length + Math.floor(pause * SAMPLES_PER_SECOND)
  }
  return wav
}

function writeSyllable(
  wav: Buffer,
  from: number,
  length: number,
  pitch: number,
  vowel: readonly number[],
): void {
  for (let index = 0; index < length; index++) {
    const time = index / SAMPLES_PER_SECOND
    const envelope = Math.sin((Math.PI * index) / length)
    let value = 0.5 * Math.sin(2 * Math.PI * pitch * time)
    for (const [rank, resonance] of vowel.entries()) {
      const harmonic = Math.round(resonance / pitch) * pitch
      value += (0.28 / (rank + 1)) * Math.sin(2 * Math.PI * harmonic * time)
    }
    wav.writeInt16LE(Math.round(envelope * value * 14_000), HEADER_BYTES + (from + index) * SAMPLE_BYTES)
  }
}

/** RIFF header for 16-bit mono PCM. */
function writeHeader(wav: Buffer, count: number): void {
  wav.write('RIFF', 0, 'ascii')
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8, 'ascii')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(SAMPLES_PER_SECOND, 24)
  wav.writeUInt32LE(SAMPLES_PER_SECOND * SAMPLE_BYTES, 28)
  wav.writeUInt16LE(SAMPLE_BYTES, 32)
  wav.writeUInt16LE(SAMPLE_BYTES * 8, 34)
  wav.write('data', 36, 'ascii')
  wav.writeUInt32LE(count * SAMPLE_BYTES, 40)
}
