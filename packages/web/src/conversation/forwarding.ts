import { APP_BASE } from '@parley/client'

const MENTION = new RegExp(
  `\\[(@[^\\[\\]\\n]*)\\]\\(${APP_BASE.replace(/[{}]/g, '\\$&')}user/detail/\\d+\\)`,
  'g',
)

/** A message as it may go to another chat: nobody there is called by a name that was called here. */
export const forwarded = (content: string): string => content.replace(MENTION, '$1')
