/** Addresses stay as they are: a masked address is a broken picture, or calls nobody. */
const ADDRESS = /\((?:https?:)?\/\/?[^()\s]*\)|\(\{POPBASEURI\}[^()\s]*\)|https?:\/\/[\x21-\x7e]+/gi

/** The same text for capital and small letters, with each character in its place. */
function folded(text: string): string {
  const lower = text.toLowerCase()
  // A few letters have a longer small form.
  const aligned =
    lower.length === text.length
      ? lower
      : text.replace(/./gs, (unit) => (unit.toLowerCase().length === 1 ? unit.toLowerCase() : unit))
  return aligned.replaceAll('ς', 'σ').replaceAll('ſ', 's')
}

/**
 * A list of words, found in a time that does not grow with their number: each place of a text is looked up for the
 * lengths that words with this beginning have.
 */
class Lexicon {
  readonly #words: ReadonlySet<string>
  /** First character (UTF-16 unit) → the lengths of the words that begin with it, longest first. */
  readonly #lengths = new Map<string, number[]>()

  constructor(words: readonly string[]) {
    this.#words = new Set(words.map(folded))
    for (const word of this.#words) {
      const lengths = this.#lengths.get(word[0]!)
      if (!lengths) this.#lengths.set(word[0]!, [word.length])
      else if (!lengths.includes(word.length)) lengths.push(word.length)
    }
    // A word inside a longer one must not leave the rest of it standing.
    for (const lengths of this.#lengths.values()) lengths.sort((a, b) => b - a)
  }

  get isEmpty(): boolean {
    return this.#words.size === 0
  }

  mask(text: string): string {
    const searched = folded(text)
    let masked = ''
    let from = 0
    for (let at = 0; at < searched.length; at++) {
      const length = this.#lengths
        .get(searched[at]!)
        ?.find((candidate) => this.#words.has(searched.slice(at, at + candidate)))
      if (length === undefined) continue
      masked += text.slice(from, at) + '*'.repeat([...text.slice(at, at + length)].length)
      from = at + length
      at = from - 1
    }
    return masked + text.slice(from)
  }
}

/**
 * Masks the words of a site's list: each hit becomes as many `*` as it has characters; the message is never refused.
 * The list has one word a line (commas work, too); blank entries count for nothing.
 */
export class DirtyWords {
  #list = ''
  #lexicon = new Lexicon([])

  constructor(private readonly read: () => string) {}

  mask(content: string): string {
    const lexicon = this.#current()
    if (lexicon.isEmpty) return content
    let masked = ''
    let from = 0
    for (const address of content.matchAll(ADDRESS)) {
      masked += lexicon.mask(content.slice(from, address.index)) + address[0]
      from = address.index + address[0].length
    }
    return masked + lexicon.mask(content.slice(from))
  }

  #current(): Lexicon {
    const list = this.read()
    if (list !== this.#list) {
      this.#list = list
      const words = list.split(/[\n\r,，]+/).map((word) => word.trim())
      this.#lexicon = new Lexicon(words.filter((word) => word !== ''))
    }
    return this.#lexicon
  }
}
