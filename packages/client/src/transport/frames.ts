/** A frame as it arrived, its `data` taken out of its JSON text. */
export interface Frame {
  readonly event: string
  readonly channel: string | undefined
  readonly data: unknown
}

/** Reads a frame; undefined for what is none. */
export function readFrame(text: unknown): Frame | undefined {
  if (typeof text !== 'string') return undefined
  const frame = parse(text)
  if (!isRecord(frame) || typeof frame.event !== 'string') return undefined
  const { event, channel, data } = frame
  return {
    event,
    channel: typeof channel === 'string' ? channel : undefined,
    // The server puts JSON text inside JSON, as old clients want it; a site's own events may be plain text.
    data: typeof data === 'string' ? (parse(data) ?? data) : data,
  }
}

export const writeFrame = (event: string, data: unknown): string => JSON.stringify({ event, data })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
