import { AppError, type LocalText } from '@parley/contract'
import type { z } from 'zod'
import type { Parameters } from './parameters.ts'

type Issue = z.core.$ZodIssue

const quantity = (
  issue: { origin?: string; minimum?: unknown; maximum?: unknown },
  bound: 'least' | 'most',
): LocalText => {
  const value = String(bound === 'least' ? issue.minimum : issue.maximum)
  const unit =
    issue.origin === 'array'
      ? { zh: ' 项', en: ' items' }
      : issue.origin === 'string'
        ? { zh: ' 个字符', en: ' characters' }
        : { zh: '', en: '' }
  return bound === 'least'
    ? { zh: `不能小于 ${value}${unit.zh}`, en: `must be at least ${value}${unit.en}` }
    : { zh: `不能大于 ${value}${unit.zh}`, en: `must be at most ${value}${unit.en}` }
}

const TYPE_NAMES: Record<string, LocalText> = {
  string: { zh: '应为文本', en: 'must be text' },
  int: { zh: '应为整数', en: 'must be a whole number' },
  number: { zh: '应为整数', en: 'must be a whole number' },
  array: { zh: '应为列表', en: 'must be a list' },
}

/** What a wrong parameter may be, in words. */
function expectation(issue: Issue): LocalText {
  switch (issue.code) {
    case 'too_small':
      return quantity(issue, 'least')
    case 'too_big':
      return quantity(issue, 'most')
    case 'invalid_value': {
      const values = issue.values.map(String).join(' | ')
      return { zh: `只能是 ${values}`, en: `must be one of ${values}` }
    }
    case 'invalid_union':
      return { zh: '只能是 0 或 1', en: 'must be 0 or 1' }
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? { zh: '格式不正确', en: 'has the wrong form' }
    case 'custom': {
      const { min, max, unit } = (issue.params ?? {}) as { min?: number; max?: number; unit?: string }
      if (max !== undefined) {
        return unit === 'bytes'
          ? { zh: `长度应为 ${min}–${max} 字节`, en: `must have ${min} to ${max} bytes` }
          : { zh: `长度应为 ${min}–${max} 个字符`, en: `must have ${min} to ${max} characters` }
      }
      return { zh: '格式不正确', en: 'has the wrong form' }
    }
    default:
      return { zh: '格式不正确', en: 'has the wrong form' }
  }
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

/** Turns a schema's first complaint into the document's errors: code 1 for missing, code 2 for wrong. */
function parameterError(error: z.core.$ZodError, raw: Parameters): AppError {
  const oneOf = error.issues.find((issue) => issue.code === 'custom' && issue.params?.missing)
  if (oneOf?.code === 'custom')
    return new AppError('missing_parameter', { name: String(oneOf.params?.missing) })
  const missing = error.issues.find((issue) => isMissing(raw[String(issue.path[0])], issue))
  const issue = missing ?? error.issues[0]!
  const name = String(issue.path[0] ?? '')
  if (missing) return new AppError('missing_parameter', { name })
  return new AppError('invalid_parameter', { name, expected: expectation(issue) })
}

/**
 * Parses raw parameters by a schema.
 * @throws AppError missing_parameter, invalid_parameter
 */
export function parseInput<Input extends z.ZodObject>(schema: Input, raw: Parameters): z.output<Input> {
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  throw parameterError(result.error, raw)
}
