import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { OPERATIONS, type OperationSpec } from '@parley/contract'
import { startSite, type TestSite, type TestUser } from './harness.ts'

/* What every operation owes to callers who leave something out or write nonsense; made from the list of operations. */

let site: TestSite
let user: TestUser

beforeAll(async () => {
  site = await startSite()
  user = await site.user({ is_member: 1 })
})
afterAll(() => site.close())

/** The parameters that an operation complains of when there are none, in its own order. */
function required({ input }: OperationSpec): string[] {
  const result = input.safeParse({})
  return result.success ? [] : result.error.issues.map((issue) => String(issue.path[0]))
}

const withRequired = OPERATIONS.filter((spec) => required(spec).length > 0 || spec.file)

describe.each(withRequired.map((spec) => ({ path: spec.path, spec })))('$path', ({ path, spec }) => {
  test('without its parameters: code 1, naming the first of them in the caller’s language', async () => {
    if (spec.file) {
      const { code, msg } = await site.api(user).upload(path, undefined)
      expect([code, msg]).toEqual([1, `缺少参数：${spec.file}`])
      return
    }
    const chinese = await site.api(user).call(path)
    expect([chinese.code, chinese.data]).toEqual([1, []])
    expect(chinese.msg).toStartWith(`缺少参数：${required(spec)[0]}`)
    const english = await site.api(user).call(path, { lang: 'en' })
    expect(english.msg).toStartWith(`Missing parameter: ${required(spec)[0]}`)
  })
})
