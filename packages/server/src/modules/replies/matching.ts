import type { Reply } from '../../storage/index.ts'

/**
 * How texts are compared: without regard to case, to full and half width (`？` and `?`, `，` and `,`), or to blanks
 * around them.
 */
const plain = (text: string) => text.normalize('NFKC').toLowerCase().trim()

/**
 * The FAQ that answers a message: one whose title is the message, or else one of whose keywords (comma list) the
 * message holds. Of several the first in the list.
 */
export function matchFaq(faqs: readonly Reply[], text: string): Reply | undefined {
  const message = plain(text)
  if (message === '') return undefined
  return (
    faqs.find(({ title }) => plain(title) === message) ??
    faqs.find(({ keyword }) => keywordsOf(keyword).some((word) => message.includes(word)))
  )
}

const keywordsOf = (list: string) =>
  plain(list)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
