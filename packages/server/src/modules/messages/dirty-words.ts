/** Addresses stay as they are: a masked address is a broken picture. */
const ADDRESS = /\((?:https?:)?\/\/?[^)\s]*\)|https?:\/\/\S+/gi

const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Masks the words of a site's list: each hit becomes as many `*` as it has characters; the message is never refused.
 * The list has one word a line (commas work, too); blank entries count for nothing.
 */
export class DirtyWords {
  #list = ''
  #pattern: RegExp | undefined

  constructor(private readonly read: () => string) {}

  mask(content: string): string {
    const pattern = this.#current()
    if (!pattern) return content
    let masked = ''
    let from = 0
    for (const address of content.matchAll(ADDRESS)) {
      masked += maskText(content.slice(from, address.index), pattern) + address[0]
      from = address.index + address[0].length
    }
    return masked + maskText(content.slice(from), pattern)
  }

  #current(): RegExp | undefined {
    const list = this.read()
    if (list !== this.#list) {
      this.#list = list
      const words = list
        .split(/[\n\r,，]+/)
        .map((word) => word.trim())
        .filter((word) => word !== '')
      // Longest first, so that a word inside a longer one does not leave the rest of it standing.
      words.sort((a, b) => b.length - a.length)
      this.#pattern = words.length === 0 ? undefined : new RegExp(words.map(escapePattern).join('|'), 'giu')
    }
    return this.#pattern
  }
}

const maskText = (text: string, pattern: RegExp) =>
  text.replace(pattern, (hit) => '*'.repeat([...hit].length))
