import { peaksOf } from './peaks.ts'

/** What is known of a voice message that says nothing about itself in its address (old clients' files). */
interface Sound {
  readonly seconds: number
  readonly peaks: number[]
}

const REMEMBERED_MAX = 200
const RATE = 16_000

const lengths = new Map<string, Promise<number | undefined>>()
const sounds = new Map<string, Promise<Sound | undefined>>()

/** Asks once for each address, as long as it is not forgotten. */
function once<T>(known: Map<string, Promise<T>>, src: string, ask: (src: string) => Promise<T>): Promise<T> {
  const answer = known.get(src) ?? ask(src)
  known.set(src, answer)
  if (known.size > REMEMBERED_MAX) known.delete(known.keys().next().value!)
  return answer
}

/** The seconds that a sound file says it has; undefined when it does not. Loads its beginning only. */
export const lengthOf = (src: string): Promise<number | undefined> => once(lengths, src, readLength)

function readLength(src: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const audio = new Audio()
    audio.preload = 'metadata'
    audio.onloadedmetadata = () => resolve(Number.isFinite(audio.duration) ? audio.duration : undefined)
    audio.onerror = () => resolve(undefined)
    audio.src = src
  })
}

/** Length and shape of a sound file, which is loaded whole; undefined when it cannot be. */
export const soundOf = (src: string): Promise<Sound | undefined> => once(sounds, src, decode)

async function decode(src: string): Promise<Sound | undefined> {
  try {
    const file = await (await fetch(src)).arrayBuffer()
    const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(file)
    return { seconds: sound.duration, peaks: peaksOf(sound.getChannelData(0)) }
  } catch {
    return undefined
  }
}
