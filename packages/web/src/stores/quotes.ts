import type { Draft } from './drafts.ts'
import { useMe } from './me.ts'
import type { Message } from './message.ts'
import { usePeople } from './people.ts'

/** As much of a quoted message as the server keeps. */
const QUOTED_MAX = 1000

/** How a message stands above the box in which it is being quoted. */
export function quoteOf({ mid, from, name, content }: Message): NonNullable<Draft['quote']> {
  const me = useMe()
  const author = from === me.uid ? (me.mine?.nickname ?? name) : usePeople().name(from, name)
  return { mid, name: author, text: [...content].slice(0, QUOTED_MAX).join('') }
}
