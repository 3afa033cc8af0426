/** What a line of a scene says. Texts still hold `{slots}`, `{B}` (a name) and `{@B}` (somebody who is addressed). */
export type Saying =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly subject: string }
  | { readonly kind: 'voice'; readonly seconds: number }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'link'; readonly label: string; readonly url: string }

export interface SceneLine {
  /** A letter from A on: who speaks. */
  readonly role: string
  readonly saying: Saying
  /** Quotes what somebody else said just before. */
  readonly quotes: boolean
  /** What became of the message afterwards. */
  readonly fate?: 'revoked' | 'deleted'
}

/** A short exchange as people have them. */
export interface Scene {
  readonly lines: readonly SceneLine[]
  /** The letters that speak or are spoken of, in alphabetical order. */
  readonly roles: readonly string[]
}

/** `A text` · `A^ a quote` · `A !image cat` · `A text ~revoked` */
const LINE = /^([A-F])(\^?) (.*?)(?: ~(revoked|deleted))?$/

/**
 * Reads a file of scenes: a scene is a block of lines, blocks are parted by an empty line.
 * @param topic name and language, such as `work.zh`
 */
export async function readScenes(topic: string): Promise<Scene[]> {
  const text = await Bun.file(new URL(`./scenes/${topic}.txt`, import.meta.url)).text()
  return text
    .trim()
    .split(/\n{2,}/)
    .map((block) => parseScene(block))
}

function parseScene(block: string): Scene {
  const lines = block.split('\n').map((line) => parseLine(line))
  const mentioned = [...block.matchAll(/\{@?([A-F])\}/g)].map((match) => match[1]!)
  const roles = [...new Set([...lines.map(({ role }) => role), ...mentioned])].sort()
  return { lines, roles }
}

function parseLine(line: string): SceneLine {
  const match = LINE.exec(line)
  if (!match) throw new SyntaxError(`not a line of a scene: ${line}`)
  const [, role = '', quote, words = '', fate] = match
  return {
    role,
    saying: parseSaying(words),
    quotes: quote === '^',
    ...(fate === undefined ? {} : { fate: fate as 'revoked' | 'deleted' }),
  }
}

function parseSaying(words: string): Saying {
  const match = /^!(\w+) (.+)$/.exec(words)
  if (!match) return { kind: 'text', text: words }
  const [, directive, rest = ''] = match
  switch (directive) {
    case 'image':
      return { kind: 'image', subject: rest }
    case 'voice':
      return { kind: 'voice', seconds: Number(rest) }
    case 'file':
      return { kind: 'file', name: rest }
    case 'link': {
      const cut = rest.lastIndexOf(' ')
      return { kind: 'link', label: rest.slice(0, cut), url: rest.slice(cut + 1) }
    }
    default:
      throw new SyntaxError(`unknown directive: ${directive}`)
  }
}
