import { useRafFn, useStorage } from '@vueuse/core'
import { computed, readonly, ref } from 'vue'
import { readHints } from '@/media/hints.ts'
import { soundAlone } from '@/media/sounding.ts'

/** How fast voice messages can be heard. */
const RATES: readonly number[] = [1, 1.5, 2]

/** What the chat on screen lets the player know. Addresses are as they stand in the messages. */
interface VoiceQueue {
  /** The voice message to play after the one that has just ended, if any: the next unheard one. */
  next: (url: string) => string | undefined
  /** One has begun by itself: it is heard now, even where its bar is scrolled away. */
  onStart?: (url: string) => void
}

/* One player for the whole page: nobody wants to hear two people at once. */
let audio: HTMLAudioElement | undefined
let queue: VoiceQueue | undefined

const url = ref<string>()
const playing = ref(false)
const failed = ref(false)
const position = ref(0)
const length = ref(0)
const rate = useStorage('parley:voice-rate', 1)

const frames = useRafFn(() => readPosition(), { immediate: false })

function readPosition(): void {
  if (!audio) return
  position.value = audio.currentTime
  if (Number.isFinite(audio.duration)) length.value = audio.duration
}

function player(): HTMLAudioElement {
  if (audio) return audio
  audio = new Audio()
  audio.preload = 'auto'
  soundAlone(audio)
  audio.addEventListener('playing', () => {
    playing.value = true
    frames.resume()
  })
  audio.addEventListener('pause', () => {
    playing.value = false
    frames.pause()
    readPosition()
  })
  audio.addEventListener('ended', goOn)
  audio.addEventListener('error', () => fail())
  return audio
}

function fail(): void {
  playing.value = false
  failed.value = true
  frames.pause()
}

function goOn(): void {
  const ended = url.value
  stop()
  const following = ended === undefined ? undefined : queue?.next(ended)
  if (following === undefined || following === ended) return
  queue?.onStart?.(following)
  void play(following)
}

/** Plays a voice message from its beginning, or goes on where it was paused; another one that plays ends. */
async function play(address: string): Promise<void> {
  const element = player()
  if (url.value !== address || failed.value) {
    const { seconds, src } = readHints(address)
    url.value = address
    failed.value = false
    position.value = 0
    length.value = seconds ?? 0
    element.src = src
  }
  element.playbackRate = rate.value
  try {
    await element.play()
  } catch (error) {
    // Something else was wanted before it had begun.
    if (error instanceof DOMException && error.name === 'AbortError') return
    if (url.value === address) fail()
  }
}

function pause(): void {
  audio?.pause()
}

function stop(): void {
  audio?.pause()
  frames.pause()
  url.value = undefined
  playing.value = false
  position.value = 0
}

function seek(share: number): void {
  if (!audio || !Number.isFinite(audio.duration)) return
  audio.currentTime = audio.duration * share
  readPosition()
}

function changeRate(): void {
  const at = RATES.indexOf(rate.value)
  rate.value = RATES[(at + 1) % RATES.length]!
  if (audio) audio.playbackRate = rate.value
}

/**
 * Names the chat whose voice messages play one after another.
 * @returns ends that, and the sound with it; call it when the chat is left
 */
function follow(chat: VoiceQueue): () => void {
  queue = chat
  return () => {
    if (queue !== chat) return
    queue = undefined
    stop()
  }
}

const share = computed(() => (length.value > 0 ? Math.min(1, position.value / length.value) : 0))

/** The page's player of voice messages: only one sounds at a time. */
export function useVoicePlayback() {
  return {
    /** Address of the message that plays or is paused. */
    url: readonly(url),
    playing: readonly(playing),
    /** Whether the message at `url` cannot be played. */
    failed: readonly(failed),
    /** How much of it was played, 0 to 1. */
    share,
    /** 1, 1.5 or 2; remembered. */
    rate: readonly(rate),
    play,
    pause,
    stop,
    seek,
    changeRate,
    follow,
  }
}
