/*
 * Escaped text for old clients (setting `html_escape`): they put what they get into their pages as it is, so every
 * text that people wrote leaves the server escaped exactly once. Parley stores and normally sends raw text.
 */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes `&`, `<`, `>` and `"`, the four that the original escaped. */
export const escapeText = (value: string): string =>
  value.replace(/[&<>"]/g, (character) => ENTITIES[character]!)

const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#039;': "'",
  '&#39;': "'",
}

/** Undoes {@link escapeText}, once; also `&#039;`, which old clients write. */
export const unescapeText = (value: string): string =>
  value.replace(/&(?:amp|lt|gt|quot|#0?39);/g, (entity) => CHARACTERS[entity]!)

/** The fields that hold text written by people, in answers and pushes. */
const TEXT_FIELDS = new Set([
  'nickname',
  'sign',
  'remark',
  'groupname',
  'name',
  'content',
  'from_name',
  'to_name',
  'postscript',
  'quote_content',
  'title',
  'keyword',
  'announcement',
  'app_name',
  'device',
])

/**
 * A copy of an answer's `data` or of a push's payload with the text fields escaped, `postscript` inside the JSON text
 * of friend requests included. The `name` of an uploaded file stays raw, as in the original: clients send it back as
 * part of a message, and it would be escaped twice.
 */
export const escapeAnswer = <Data>(data: Data): Data => mapTexts(data, escapeText) as Data

/** Undoes {@link escapeAnswer}. */
export const unescapeAnswer = <Data>(data: Data): Data => mapTexts(data, unescapeText) as Data

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const isFile = 'src' in value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, mapField(key, field, isFile, change)]),
  )
}

function mapField(key: string, field: unknown, isFile: boolean, change: (text: string) => string): unknown {
  if (typeof field !== 'string') return mapTexts(field, change)
  if (key === 'data') return mapJsonText(field, change)
  return TEXT_FIELDS.has(key) && !(isFile && key === 'name') ? change(field) : field
}

/** The `data` of a friend request is JSON in a text; other texts stay as they are. */
function mapJsonText(text: string, change: (text: string) => string): string {
  if (!text.startsWith('{')) return text
  try {
    return JSON.stringify(mapTexts(JSON.parse(text), change))
  } catch {
    return text
  }
}
