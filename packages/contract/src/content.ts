import type { Language } from './errors.ts'
import { noticeIn } from './notices.ts'

/*
 * The grammar of a message's text (document: message/send; protocol, section 3). One scan with a pattern whose parts
 * cannot overlap, so the time grows with the length of the text, whatever somebody sends.
 */

/** Stands for the base path of the client in links of notices: `[Tom]({POPBASEURI}user/detail/9)`. */
export const APP_BASE = '{POPBASEURI}'

/** The emoji are numbered 0 to this. */
export const EMOJI_MAX = 100

/** A piece of a text message. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'emoji'; readonly index: number }
  | { readonly kind: 'link'; readonly label: string; readonly url: string }
  /**
   * A person: in notices, and where somebody is addressed (the label then begins with `@`). Uid 0 is everybody in the
   * group, and always addressed. Whether it counts is the server's to say (`mentions` of the event `message`).
   */
  | { readonly kind: 'mention'; readonly label: string; readonly uid: number }
  | { readonly kind: 'image'; readonly alt: string; readonly url: string }

/** What a message is. Every `url` has passed {@link safeUrl}. */
export type MessageContent =
  | { readonly kind: 'text'; readonly segments: readonly Segment[] }
  | { readonly kind: 'image'; readonly alt: string; readonly url: string }
  | {
      readonly kind: 'file'
      readonly name: string
      /** As people read it: `13.48 KB`; may be empty. */
      readonly size: string
      readonly url: string
      /** A film that a browser may play. */
      readonly video: boolean
    }
  | { readonly kind: 'voice'; readonly url: string }
  /** The whole message is one address. */
  | { readonly kind: 'url'; readonly url: string }

const URL_LENGTH_MAX = 2000

// No blanks, quotes, angle brackets, backslashes (browsers read `/\host` as `//host`), control or direction characters.
const SAFE_URL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  /^(?:https?:\/\/[^\s\\"'<>`/?#\u0000-\u001f\u007f][^\s\\"'<>`\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]*|\/[^\s\\"'<>`\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]*)$/i

/** The address if it may stand in a link or a picture: `http(s)://…`, `//…` or `/…`, and nothing else. */
export function safeUrl(url: string): string | undefined {
  return url.length <= URL_LENGTH_MAX && SAFE_URL.test(url) ? url : undefined
}

/** The settings that say what kinds of messages a site has. */
export const CONTENT_SWITCHES = ['upload_img', 'upload_file', 'voice', 'emoji'] as const
export type ContentSwitch = (typeof CONTENT_SWITCHES)[number]

/** The switches that must be on where a message is sent. */
export function switchesOf(content: string): readonly ContentSwitch[] {
  const parsed = parseContent(content)
  switch (parsed.kind) {
    case 'image':
      return ['upload_img']
    case 'file':
      return ['upload_file']
    case 'voice':
      return ['voice']
    case 'url':
      return []
    case 'text': {
      const holds = (kind: Segment['kind']) => parsed.segments.some((segment) => segment.kind === kind)
      // Old clients show the first picture of a text and nothing else of it.
      return [
        ...(holds('image') ? ['upload_img' as const] : []),
        ...(holds('emoji') ? ['emoji' as const] : []),
      ]
    }
  }
}

/** Reads a message's raw text. Never throws; what is no known form is text. */
export function parseContent(content: string): MessageContent {
  const whole = content.trim()
  return (
    parseFile(whole) ??
    parseVoice(whole) ??
    parseImage(whole) ??
    parseBareUrl(whole) ?? { kind: 'text', segments: parseSegments(content) }
  )
}

function parseFile(whole: string): MessageContent | undefined {
  if (!whole.startsWith('file[') || !whole.endsWith(')')) return undefined
  const middle = whole.lastIndexOf('](')
  if (middle < 0) return undefined
  const url = safeUrl(whole.slice(middle + 2, -1))
  const label = whole.slice('file['.length, middle)
  if (url === undefined || label.includes('\n')) return undefined
  const tab = label.lastIndexOf('\t')
  const cut = tab >= 0 ? tab : label.lastIndexOf('|')
  const name = (cut >= 0 ? label.slice(0, cut) : label).trim()
  const size = cut >= 0 ? label.slice(cut + 1).trim() : ''
  return { kind: 'file', name, size, url, video: isVideo(url) || isVideo(name) }
}

const isVideo = (name: string) => /\.(?:mp4|mov|3gp|m4v|webm)$/i.test(name.split(/[?#]/, 1)[0]!)

function parseVoice(whole: string): MessageContent | undefined {
  if (!whole.startsWith('voice(') || !whole.endsWith(')')) return undefined
  const url = safeUrl(whole.slice('voice('.length, -1))
  return url === undefined ? undefined : { kind: 'voice', url }
}

function parseImage(whole: string): MessageContent | undefined {
  const match = /^!\[([^[\]\n]*)\]\(([^()\s]*)\)$/.exec(whole)
  const url = match ? safeUrl(match[2]!) : undefined
  return url === undefined ? undefined : { kind: 'image', alt: match![1]!, url }
}

function parseBareUrl(whole: string): MessageContent | undefined {
  const url = /^https?:\/\//i.test(whole) ? safeUrl(whole) : undefined
  // An address with Chinese glued to it is a sentence, not an address.
  return url === undefined || !/^[\x21-\x7e]+$/.test(url) ? undefined : { kind: 'url', url }
}

// 1, 2: picture or link (`!` tells) · 3: emoji · 4: address in running text, ASCII only (Chinese text has no blanks).
const TOKEN = /!?\[([^[\]\n]*)\]\(([^()\s]*)\)|\[表情(\d{1,3})\]|(https?:\/\/[\w\-.~:/?#@!$&*+,;=%()]+)/gi

function parseSegments(content: string): Segment[] {
  const segments: Segment[] = []
  let plainFrom = 0
  for (const match of content.matchAll(TOKEN)) {
    const [token, length] = readToken(match)
    if (token === undefined) continue
    if (match.index > plainFrom) segments.push({ kind: 'text', text: content.slice(plainFrom, match.index) })
    segments.push(token)
    plainFrom = match.index + length
  }
  if (plainFrom < content.length) segments.push({ kind: 'text', text: content.slice(plainFrom) })
  return segments
}

/** The segment that a match stands for and how much of the text it takes; no segment when it is just text. */
function readToken(match: RegExpExecArray): [Segment | undefined, number] {
  const [whole, label, target, emoji, address] = match
  if (emoji !== undefined) {
    const index = Number(emoji)
    return [index <= EMOJI_MAX ? { kind: 'emoji', index } : undefined, whole.length]
  }
  if (address !== undefined) {
    const trimmed = trimAddress(address)
    const url = safeUrl(trimmed)
    return [url === undefined ? undefined : { kind: 'link', label: url, url }, trimmed.length]
  }
  return [readLink(whole.startsWith('!'), label!, target!), whole.length]
}

function readLink(isImage: boolean, label: string, target: string): Segment | undefined {
  const person = /^\{POPBASEURI\}user\/detail\/(0|[1-9]\d{0,14})$/.exec(target)
  if (person && !isImage) {
    const uid = Number(person[1])
    return uid > 0 || label.startsWith('@') ? { kind: 'mention', label, uid } : undefined
  }
  const url = safeUrl(target)
  if (url === undefined) return undefined
  return isImage ? { kind: 'image', alt: label, url } : { kind: 'link', label: label || url, url }
}

/** Who stands for everybody in a group. */
export const EVERYBODY = 0

/** As many people as one message can address. */
export const MENTIONS_MAX = 50

/**
 * The uids that a text addresses, each once and in its order, {@link MENTIONS_MAX} at most; {@link EVERYBODY} among them
 * for all. They are what its writer says: not all of them need to be members, or be there at all.
 */
export function mentionsIn(content: string): number[] {
  if (!content.includes(`](${APP_BASE}user/detail/`)) return []
  const parsed = parseContent(content)
  if (parsed.kind !== 'text') return []
  const addressed = parsed.segments.flatMap((segment) =>
    segment.kind === 'mention' && segment.label.startsWith('@') ? [segment.uid] : [],
  )
  return [...new Set(addressed)].slice(0, MENTIONS_MAX)
}

/** An address without the punctuation of the sentence around it. */
function trimAddress(address: string): string {
  let end = address.length
  let open = 0
  for (const character of address) open += character === '(' ? 1 : character === ')' ? -1 : 0
  for (; end > 0; end--) {
    const last = address[end - 1]!
    if (last === ')' && open < 0) open++
    else if (!'.,;:!?*'.includes(last)) break
  }
  return address.slice(0, end)
}

const LABELS = {
  zh: { image: '[图片]', file: '[文件]', video: '[视频]', voice: '[语音]', emoji: '[表情]' },
  en: { image: '[Photo]', file: '[File]', video: '[Video]', voice: '[Voice]', emoji: '[Emoji]' },
} as const satisfies Record<Language, Record<string, string>>

/** One line that stands for a message in a list of chats or a quote: at most `max` characters. */
export function preview(content: string, language: Language, max = 100): string {
  const labels = LABELS[language]
  const parsed = parseContent(noticeIn(content, language))
  switch (parsed.kind) {
    case 'image':
      return shorten(labels.image, max)
    case 'voice':
      return shorten(labels.voice, max)
    case 'file':
      return shorten(`${parsed.video ? labels.video : labels.file} ${parsed.name}`, max)
    case 'url':
      return shorten(parsed.url, max)
    case 'text':
      return shorten(parsed.segments.map((segment) => segmentText(segment, labels)).join(''), max)
  }
}

function segmentText(segment: Segment, labels: (typeof LABELS)[Language]): string {
  switch (segment.kind) {
    case 'text':
      return segment.text
    case 'emoji':
      return labels.emoji
    case 'image':
      return labels.image
    case 'link':
    case 'mention':
      return segment.label
  }
}

function shorten(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line.length <= max) return line
  const characters = [...line]
  return characters.length <= max ? line : `${characters.slice(0, Math.max(0, max - 1)).join('')}…`
}

/** What may not stand in a label, replaced by what looks most like it. */
const toLabel = (text: string) =>
  text.replace(/\s+/g, ' ').replaceAll('[', '【').replaceAll(']', '】').replaceAll('|', '｜').trim()

const toTarget = (url: string) => url.replaceAll('(', '%28').replaceAll(')', '%29')

/** A message that is a picture. */
export const imageContent = (url: string): string => `![图片](${toTarget(url)})`

/** A message that is a file; `size` is text for people (`13.48 KB`). */
export const fileContent = (name: string, size: string, url: string): string =>
  `file[${toLabel(name)}\t${toLabel(size)}](${toTarget(url)})`

/** A message that is a voice recording. */
export const voiceContent = (url: string): string => `voice(${toTarget(url)})`

/** A link inside a text. */
export const linkText = (label: string, url: string): string => `[${toLabel(label)}](${toTarget(url)})`

/** A person inside a notice or a text. */
export const personLink = (uid: number, name: string): string =>
  `[${toLabel(name)}](${APP_BASE}user/detail/${uid})`

/** Somebody who is addressed in a group's text. */
export const mentionLink = (uid: number, name: string): string => personLink(uid, `@${name}`)

/** Everybody in a group, addressed by its owner or a manager. @param label how they are called: `所有人` */
export const allLink = (label: string): string => personLink(EVERYBODY, `@${label}`)
