let context: AudioContext | undefined
let playedAt = 0

/** Several messages at once are one sound. */
const QUIET_MS = 1200

/** Two soft notes for a new message. Silent until the person has touched the page: browsers want it so. */
export function playTone(): void {
  if (Date.now() - playedAt < QUIET_MS) return
  playedAt = Date.now()
  context ??= new AudioContext()
  if (context.state === 'suspended') {
    void context.resume()
    return
  }
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
