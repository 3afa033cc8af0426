import type { AsyncComponentLoader, Component } from 'vue'
import { whenIdle } from '@/browser/idle.ts'
import { lazyPart } from '@/browser/lazy-part.ts'

/** They are loaded within so many ms, however busy the browser is. */
const LOAD_MS_MAX = 10_000

const loaders: (() => Promise<unknown>)[] = []

/** A part that is loaded when it is first needed, or before: by {@link loadSoon}. */
function lazy<T extends Component>(loader: AsyncComponentLoader<T>): T {
  loaders.push(loader)
  return lazyPart(loader)
}

export const EmojiPanel = lazy(async () => (await import('@/emoji/EmojiPanel.vue')).default)
export const SendPreview = lazy(async () => (await import('@/media/pictures/SendPreview.vue')).default)

/** Loads these parts while nothing else is to be done, so that they are there without a network, too. */
export function loadSoon(): void {
  whenIdle(() => {
    for (const loader of loaders.splice(0)) void loader().catch(() => {})
  }, LOAD_MS_MAX)
}
