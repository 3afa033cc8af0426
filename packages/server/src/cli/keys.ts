import type { ServerKeyInfo } from '../modules/accounts/index.ts'
import { CommandError } from './failure.ts'
import { say } from './language.ts'
import { print, remark } from './output.ts'
import { changeSite, withSite } from './site.ts'
import { formatTable } from './table.ts'
import { isoTime, shortTime } from './times.ts'

/** `parley key add`: the key alone goes to standard output, so that a script can take it. */
export async function addKey(name: string): Promise<void> {
  const token = await changeSite({ create: true }, ({ keys }) => keys.add(name))
  print(token)
  remark(
    say({
      zh: '请妥善保存：此密钥只显示这一次。',
      en: 'Keep it in a safe place: it is shown only this once.',
    }),
  )
}

/** `parley key list`. */
export async function listKeys({ json }: { json?: true }): Promise<void> {
  const keys = await withSite({ create: false }, (site) => site.keys.list())
  if (json) return print(JSON.stringify(keys.map(forScripts), null, 2))
  const columns = [
    { heading: say({ zh: '编号', en: 'ID' }), align: 'right' as const },
    { heading: say({ zh: '名称', en: 'NAME' }) },
    { heading: say({ zh: '末尾', en: 'ENDS IN' }) },
    { heading: say({ zh: '状态', en: 'STATE' }) },
    { heading: say({ zh: '创建时间', en: 'MADE' }) },
    { heading: say({ zh: '最近使用', en: 'LAST USED' }) },
  ]
  const rows = keys.map(({ id, name, hint, revoked_at, created_at, used_at }) => [
    String(id),
    name,
    `…${hint}`,
    revoked_at === 0
      ? say({ zh: '有效', en: 'good' })
      : say({ zh: `${shortTime(revoked_at)} 吊销`, en: `revoked ${shortTime(revoked_at)}` }),
    shortTime(created_at),
    shortTime(used_at),
  ])
  for (const line of formatTable(columns, rows)) print(line)
}

const forScripts = ({ id, name, hint, created_at, used_at, revoked_at }: ServerKeyInfo) => ({
  id,
  name,
  hint,
  created_at: isoTime(created_at),
  used_at: isoTime(used_at),
  revoked_at: isoTime(revoked_at),
})

/** `parley key revoke`: by name, else by id. */
export async function revokeKey(which: string): Promise<void> {
  const revoked = await changeSite({ create: false }, async ({ keys }) => {
    const good = (await keys.list()).filter(({ revoked_at }) => revoked_at === 0)
    const key = good.find(({ name }) => name === which) ?? good.find(({ id }) => String(id) === which)
    if (!key || !(await keys.revoke(key.id))) {
      throw new CommandError({
        zh: `没有名为“${which}”的有效密钥（参见 parley key list）`,
        en: `no good key is called "${which}" (see parley key list)`,
      })
    }
    return key
  })
  print(say({ zh: `已吊销密钥“${revoked.name}”`, en: `The key "${revoked.name}" is revoked` }))
}
