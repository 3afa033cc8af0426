import { z } from 'zod'
import type { LocalText } from './operation.ts'

/*
 * The parameter types that operations are made of. Values may arrive as text (forms, queries) or as JSON values;
 * an empty text counts as absent wherever a number is expected, as the original API has it.
 */

const integerText = /^-?\d{1,16}$/

function toInteger(value: unknown): unknown {
  if (typeof value !== 'string') return value === null ? undefined : value
  const text = value.trim()
  if (text === '') return undefined
  return integerText.test(text) ? Number(text) : value
}

/** A whole number between `min` and `max` (both included), as a number or as decimal text. */
export const integer = (min: number, max: number) => z.preprocess(toInteger, z.int().min(min).max(max))

/** As {@link integer}, absent when missing or empty. */
export const optionalInteger = (min: number, max: number) =>
  z.preprocess(toInteger, z.int().min(min).max(max).optional())

/** As {@link integer}, with a value for when it is missing or empty. */
export const integerOr = (min: number, max: number, fallback: number) =>
  z.preprocess(toInteger, z.int().min(min).max(max).default(fallback))

/** The largest id: every id stays exact in JavaScript. */
export const ID_MAX = Number.MAX_SAFE_INTEGER

/** An id (uid, gid, mid, nid …). */
export const id = () => integer(1, ID_MAX)
export const optionalId = () =>
  z.preprocess((value) => toInteger(value) || undefined, z.int().min(1).max(ID_MAX).optional())

const TRUE_TEXTS = new Set(['1', 'true', 'on', 'yes'])
const FALSE_TEXTS = new Set(['0', 'false', 'off', 'no', ''])

function toFlag(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return value === null ? undefined : value
  const text = value.trim().toLowerCase()
  if (TRUE_TEXTS.has(text)) return 1
  if (FALSE_TEXTS.has(text)) return 0
  return value
}

/** 0 or 1; `true`/`false`, `on`/`off` and their texts are understood. */
export const flag = () => z.preprocess(toFlag, z.union([z.literal(0), z.literal(1)]))
export const optionalFlag = () => z.preprocess(toFlag, z.union([z.literal(0), z.literal(1)]).optional())

const toText = (value: unknown): unknown =>
  typeof value === 'number' ? String(value) : value === null ? undefined : value

/** As {@link toText}; where a text may not be empty, an empty one counts as missing (code 1, as in the original). */
const toTextOf = (min: number) => (value: unknown) => {
  const converted = toText(value)
  return min > 0 && converted === '' ? undefined : converted
}

const sized = (min: number, max: number) =>
  z
    .string()
    .refine((value) => hasLength(value, min, max), { params: { min, max, unit: 'characters' } })
    .meta({ minLength: min, maxLength: max })

/** Text as it came (numbers become text): `min` to `max` characters, counted as people count them (code points). */
export const text = (min: number, max: number) => z.preprocess(toTextOf(min), sized(min, max))

/** Text of at most `max` characters that may be empty or missing. */
export const optionalText = (max: number) => z.preprocess(toText, sized(0, max).optional())

/** As {@link optionalText}, where an empty text says nothing: it counts as missing. */
export const textOrAbsent = (max: number) => z.preprocess(toTextOf(1), sized(1, max).optional())

/** Line breaks and other control characters: a name with them would look like two. */
const BREAKS = /[\p{Cc}\u2028\u2029]+/gu
/** Marks that turn the direction of what follows, so that `exe.gnp` reads as a picture. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g
/** Anything but blanks and signs that show nothing. */
const VISIBLE = /[^\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u

function toName(text: string): string {
  const name = text.replace(TURNS, '').replace(BREAKS, ' ').trim()
  return VISIBLE.test(name) ? name : ''
}

/** As {@link text}, for names that people see (nickname, group name): one line, no blanks around it, nothing invisible. */
export const trimmedText = (min: number, max: number) =>
  z.preprocess(
    (value) => {
      const converted = toTextOf(min)(value)
      return typeof converted === 'string' ? toName(converted) : converted
    },
    sized(min, max),
  )

/** Text limited by its UTF-8 bytes, as the original's columns were. */
export const textBytes = (min: number, max: number) =>
  z.preprocess(
    toTextOf(min),
    z.string().refine((value) => value.length <= max && byteLength(value) <= max && value.length >= min, {
      params: { min, max, unit: 'bytes' },
    }),
  )

const encoder = new TextEncoder()
const byteLength = (value: string) => encoder.encode(value).length

function hasLength(value: string, min: number, max: number): boolean {
  if (value.length < min) return false
  if (value.length <= max) return true
  if (value.length > max * 2) return false
  let count = 0
  for (const _ of value) count++
  return count <= max
}

/** Login name: letters and digits, 1 to 60. A wrong one is error 112 and is checked by the users module. */
export const USERNAME_PATTERN = /^[A-Za-z0-9]{1,60}$/

function toList(value: unknown): unknown {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'string') return value === null ? undefined : value
  return value.trim() === '' ? undefined : value.split(',')
}

/** A list of ids: a JSON array, repeated fields (`members[]=1&members[]=2`) or comma-separated text. */
export const idList = (max: number) => z.preprocess(toList, z.array(id()).min(1).max(max))
export const optionalIdList = (max: number) => z.preprocess(toList, z.array(id()).max(max).optional())

/**
 * The people that `group/members` leaves out: uids, and the word `mine` for the caller, which old clients send
 * instead of their own uid.
 */
export const excludeList = (max: number) =>
  z.preprocess(
    toList,
    z
      .array(z.union([z.literal('mine'), id()]))
      .max(max)
      .optional(),
  )

/** `friend` or `group`: which kind of conversation an `id` names. */
export const chatType = () => z.enum(['friend', 'group'])

/** Whether a chat is shown in the list of chats. */
export const chatState = () => z.enum(['chatting', 'hidden'])

/** A moment in Unix seconds, 0 included. */
export const optionalSeconds = () => optionalInteger(0, 99_999_999_999)

const PHONE_PATTERN = /^\+?\d{5,20}$/
const OPTIONAL_PHONE_PATTERN = /^(?:\+?\d{5,20})?$/

/** A mobile number: digits with an optional leading `+`, 5 to 20. */
export const phone = () => z.preprocess(toTextOf(1), z.string().regex(PHONE_PATTERN))

/** A mobile number that may be left out, or be empty: nobody's number. */
export const optionalPhone = () => z.preprocess(toText, z.string().regex(OPTIONAL_PHONE_PATTERN).optional())

/** A number from JSON has lost its leading zeros: give them back. */
const toCode = (value: unknown) =>
  typeof value === 'number' ? String(value).padStart(6, '0') : toText(value)

/** The code of an SMS. Whether it is the right one is the server's question: a wrong one is error 1. */
export const smsCode = () => z.preprocess((value) => toCode(value) || undefined, z.string().max(20))
export const optionalSmsCode = () =>
  z.preprocess((value) => toCode(value) || undefined, z.string().max(20).optional())

/** A login name as typed; {@link USERNAME_PATTERN} is checked by the server, because a bad one is error 112. */
export const username = () => text(1, 200)

/** A password that somebody signs in with, or that a site sets with its server key. */
export const password = () => text(1, 128)

/** A password that a person chooses: at least 6 characters. */
export const newPassword = () => text(6, 128)

export const nickname = () => trimmedText(1, 60)

/** Absolute http(s) addresses, `//host/…` and `/…`; nothing that could break out of an attribute. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const PICTURE_PATTERN = /^(?:(?:https?:\/)?\/[^\s\\"'<>\u0000-\u001f\u007f]*)?$/i

/** The address of a picture; empty for the default one. */
export const picture = () => z.preprocess(toText, z.string().max(1000).regex(PICTURE_PATTERN))
export const optionalPicture = () =>
  z.preprocess(toText, z.string().max(1000).regex(PICTURE_PATTERN).optional())

const PHONE_TEXT: LocalText = {
  zh: '应为 5–20 位数字，可带 + 号',
  en: 'must have 5 to 20 digits, with or without a leading +',
}

/** What a parameter with a pattern may be, in words; by the pattern's text. */
export const PATTERN_TEXTS: ReadonlyMap<string, LocalText> = new Map([
  [String(PHONE_PATTERN), PHONE_TEXT],
  [String(OPTIONAL_PHONE_PATTERN), PHONE_TEXT],
  [
    String(PICTURE_PATTERN),
    {
      zh: '应为 http(s) 地址或以 / 开头的路径',
      en: 'must be an http(s) address or a path that begins with /',
    },
  ],
])

/** JSON text; a value that came as JSON already is put into text. */
export const optionalJsonText = (max: number) =>
  z.preprocess(
    (value) => (value === undefined || typeof value === 'string' ? value : JSON.stringify(value)),
    z.string().max(max).optional(),
  )

/**
 * Adds the rule that one of the optional parameters must be there. The issue carries `params.missing`, the names
 * to show in error 1.
 */
export function atLeastOne<Shape extends z.ZodRawShape>(
  object: z.ZodObject<Shape>,
  names: readonly (keyof Shape & string)[],
) {
  return object.refine(
    (value) => names.some((name) => (value as Record<string, unknown>)[name] !== undefined),
    {
      path: [names[0]!],
      params: { missing: names.length > 8 ? `${names.slice(0, 8).join(' / ')} / …` : names.join(' / ') },
    },
  )
}

/** The body of an answer that is not JSON: pictures. */
export interface Binary {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer> | string
}

/** Output of operations whose answer is `binary`. */
export const binary = () => z.custom<Binary>()

/** Answers without data carry `[]`, as the document shows. */
export const nothing = () => z.tuple([])
