import type Sharp from 'sharp'

let engine: typeof Sharp | undefined

/**
 * sharp, loaded when the first picture is worked on: a site that only talks does not pay its 16 MB. One thread a
 * picture, nothing kept: pictures must not take the cores from the chat.
 */
export function imageEngine(): typeof Sharp {
  if (!engine) {
    engine = require('sharp') as typeof Sharp
    engine.concurrency(1)
    engine.cache(false)
  }
  return engine
}
