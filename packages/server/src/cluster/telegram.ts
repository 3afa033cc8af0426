/*
 * What travels over Redis between nodes: one JSON text for everything that a node published in one turn.
 */

/** One turn's worth of a node, or a sign of life. */
export interface Telegram {
  /** The sender's node id. */
  readonly node: string
  /** `[topic, payload]`, in the order of publication. */
  readonly items: readonly (readonly [topic: string, payload: unknown])[]
  /** A sign of life: grows with each. */
  readonly beat?: number
  /** Something that the sender published before did not get through. */
  readonly lossy?: boolean
  /** The sender ends, in good order. */
  readonly bye?: boolean
}

/** @param items each the JSON text of `[topic, payload]`, made when it was published */
export const telegramText = (
  { node, ...signs }: Omit<Telegram, 'items'>,
  items: readonly string[] = [],
): string => `${JSON.stringify({ node, ...signs }).slice(0, -1)},"items":[${items.join(',')}]}`

/** @returns undefined for what no node of ours has written */
export function readTelegram(text: string): Telegram | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isTelegram(value) ? value : undefined
}

function isTelegram(value: unknown): value is Telegram {
  if (typeof value !== 'object' || value === null) return false
  const { node, items, beat = 0 } = value as Partial<Telegram>
  return (
    typeof node === 'string' &&
    node !== '' &&
    typeof beat === 'number' &&
    Array.isArray(items) &&
    items.every((item) => Array.isArray(item) && item.length === 2 && typeof item[0] === 'string')
  )
}
