import { StoreError } from './failure.ts'
import { ANSWER_MS_MAX, impatient } from './patience.ts'

const TEXT_CHARACTERS_MAX = 64 * 1024

/** The text of one element of an XML answer; undefined when there is none. The protocol's few answers need no more. */
export function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}

/** Reads a short XML answer. @throws StoreError when it takes too long to come */
export async function textOf(response: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  if (!response.body) return text
  for await (const piece of impatient(response.body, ANSWER_MS_MAX)) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > TEXT_CHARACTERS_MAX) break
  }
  return text
}

/** The failure that an answer stands for. */
export async function refusal(method: string, response: Response): Promise<StoreError> {
  const { status } = response
  const code = elementOf(await textOf(response), 'Code') ?? ''
  return new StoreError('refused', `${method} answered ${status} ${code}`.trimEnd(), code, status)
}
