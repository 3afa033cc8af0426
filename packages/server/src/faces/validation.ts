import { AppError, type LocalText, PATTERN_TEXTS } from '@parley/contract'
import { z } from 'zod'
import type { Parameters } from './parameters.ts'

type Issue = z.core.$ZodIssue

/** What of a parameter's JSON Schema says what it may be. */
interface Shape {
  type?: string
  enum?: readonly unknown[]
  const?: unknown
  minimum?: number
  maximum?: number
  items?: Shape
  anyOf?: readonly Shape[]
}

const shapes = new WeakMap<z.ZodType, Shape>()

function shapeOf(type: z.ZodType): Shape {
  let shape = shapes.get(type)
  if (!shape) {
    shape = z.toJSONSchema(type, { io: 'output', unrepresentable: 'any' }) as Shape
    shapes.set(type, shape)
  }
  return shape
}

const WRONG_FORM: LocalText = { zh: '格式不正确', en: 'has the wrong form' }

/** Chinese keeps a space from Latin letters and digits, and none from Chinese. */
const spaced = (text: string) => (/^[\x21-\x7e]/.test(text) ? ` ${text}` : text)

/** `应为 a、b 或 c`: options before the last are words of the wire, in Latin letters. */
function oneOf(options: readonly LocalText[]): LocalText | undefined {
  const last = options.at(-1)
  if (!last) return undefined
  const before = options.slice(0, -1)
  const zh = before.map((option) => option.zh).join('、')
  const en = before.map((option) => option.en).join(', ')
  return before.length === 0
    ? { zh: `应为${spaced(last.zh)}`, en: `must be ${last.en}` }
    : { zh: `应为 ${zh} 或${spaced(last.zh)}`, en: `must be ${en} or ${last.en}` }
}

/** The values that a shape names, or the kind of number that it is. */
function optionsOf({ type, enum: values, const: value, minimum = 0, maximum, anyOf }: Shape): LocalText[] {
  if (anyOf) return anyOf.flatMap(optionsOf)
  const named = values ?? (value === undefined ? [] : [value])
  if (named.length > 0) return named.map((one) => ({ zh: String(one), en: String(one) }))
  if (type !== 'integer') return []
  if (maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    return [{ zh: `${minimum} 到 ${maximum} 的整数`, en: `a whole number from ${minimum} to ${maximum}` }]
  return [
    minimum > 0 ? { zh: '正整数', en: 'a positive whole number' } : { zh: '整数', en: 'a whole number' },
  ]
}

/** How long a text or list may be. Too short and none at all are told alike. */
function lengthText(min: number, max: number, unit: LocalText): LocalText {
  return min === 0
    ? { zh: `最多 ${max} 个${unit.zh}`, en: `must have at most ${max} ${unit.en}` }
    : { zh: `应为 ${min}–${max} 个${unit.zh}`, en: `must have ${min} to ${max} ${unit.en}` }
}

const CHARACTERS: LocalText = { zh: '字符', en: 'characters' }
const BYTES: LocalText = { zh: '字节', en: 'bytes' }

/** What a wrong parameter may be, in words. */
function expectation(issue: Issue, shape: Shape): LocalText {
  if (issue.code === 'custom') {
    const { min, max, unit } = (issue.params ?? {}) as { min?: number; max?: number; unit?: string }
    return min === undefined || max === undefined
      ? WRONG_FORM
      : lengthText(min, max, unit === 'bytes' ? BYTES : CHARACTERS)
  }
  if (issue.code === 'invalid_format') return PATTERN_TEXTS.get(String(issue.pattern)) ?? WRONG_FORM
  if (issue.code === 'too_big' && issue.origin === 'array')
    return { zh: `最多 ${issue.maximum} 项`, en: `must have at most ${issue.maximum} items` }
  if (issue.code === 'too_big' && issue.origin === 'string')
    return lengthText(0, Number(issue.maximum), CHARACTERS)
  if (shape.type === 'array') return { zh: '应为列表', en: 'must be a list' }
  if (shape.type === 'string' && !shape.enum) return { zh: '应为文本', en: 'must be text' }
  return oneOf(optionsOf(shape)) ?? WRONG_FORM
}

/** The names of parameters that are ids. */
const ID_NAME = /^(to|id|[a-z_]*(uid|gid|mid|nid|rid))$/

const isZero = (value: unknown) => value === 0 || value === '0'

/** Empty counts as missing, and so does 0 where an id is expected (the original's `empty()` test). */
function isMissing(raw: unknown, issue: Issue): boolean {
  if (raw === undefined || raw === null || raw === '') return true
  if (Array.isArray(raw)) return raw.length === 0
  return issue.code === 'too_small' && ID_NAME.test(String(issue.path[0])) && isZero(raw)
}

/** The parameter that an issue is about as people write it, `members[1]`, and what it may be. */
function placeOf({ path }: Issue, schema: z.ZodObject): { name: string; shape: Shape } {
  const [field = '', item] = path
  const type = schema.shape[String(field)]
  const shape = type ? shapeOf(type) : {}
  if (typeof item !== 'number') return { name: String(field), shape }
  return { name: `${String(field)}[${item}]`, shape: shape.items ?? {} }
}

/** Turns a schema's first complaint into the document's errors: code 1 for missing, code 2 for wrong. */
function parameterError(error: z.core.$ZodError, schema: z.ZodObject, raw: Parameters): AppError {
  const oneOfSeveral = error.issues.find((issue) => issue.code === 'custom' && issue.params?.missing)
  if (oneOfSeveral?.code === 'custom')
    return new AppError('missing_parameter', { name: String(oneOfSeveral.params?.missing) })
  const missing = error.issues.find((issue) => isMissing(raw[String(issue.path[0])], issue))
  if (missing) return new AppError('missing_parameter', { name: String(missing.path[0]) })
  const issue = error.issues[0]!
  const { name, shape } = placeOf(issue, schema)
  return new AppError('invalid_parameter', { name, expected: expectation(issue, shape) })
}

/**
 * Parses raw parameters by a schema.
 * @throws AppError missing_parameter, invalid_parameter
 */
export function parseInput<Input extends z.ZodObject>(schema: Input, raw: Parameters): z.output<Input> {
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  throw parameterError(result.error, schema, raw)
}
