let context: AudioContext | undefined
let playedAt = 0

/** Several messages at once are one sound. */
const QUIET_MS = 1200

/** A tone that comes later than that tells of nothing any more. */
const LATE_MS = 800

/** Two soft notes for a new message. Silent until the person has touched the page: browsers want it so. */
export function playTone(): void {
  const now = Date.now()
  if (now - playedAt < QUIET_MS) return
  playedAt = now
  context ??= new AudioContext()
  void ring(context, now)
}

async function ring(context: AudioContext, asked: number): Promise<void> {
  // Also of one that was just made; of one that the browser holds back it resolves at the next touch.
  if (context.state !== 'running') await context.resume()
  if (Date.now() - asked > LATE_MS) return
  note(context, 880, 0)
  note(context, 1174.7, 0.09)
}

function note(context: AudioContext, frequency: number, after: number): void {
  const start = context.currentTime + after
  const oscillator = new OscillatorNode(context, { type: 'sine', frequency })
  const volume = new GainNode(context, { gain: 0 })
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.12, start + 0.015)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35)
  oscillator.connect(volume).connect(context.destination)
  oscillator.start(start)
  oscillator.stop(start + 0.4)
}
