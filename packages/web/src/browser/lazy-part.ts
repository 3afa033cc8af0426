import { type AsyncComponentLoader, type Component, defineAsyncComponent, readonly, ref } from 'vue'

const AGAIN_MS = 2000
/** After that many it is not the network: the site has other files now. */
const TRIES_MAX = 60

const coming = ref(0)
/** How many parts are on their way. */
export const partsComing = readonly(coming)

/** Whether a page could not be shown because one of its scripts or styles did not come; each browser says it its own way. */
export const isPartMissing = (error: unknown): boolean =>
  error instanceof Error &&
  /dynamically imported module|importing a module script failed|preload CSS/i.test(error.message)

async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await load()
    } catch (error) {
      if (tries >= TRIES_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }
}

/** A part that is loaded when it is first needed; without a network it comes as soon as there is one. */
export const lazyPart = <T extends Component>(loader: AsyncComponentLoader<T>): T =>
  defineAsyncComponent(async () => {
    coming.value++
    try {
      return await patiently(loader)
    } finally {
      coming.value--
    }
  }) as T
