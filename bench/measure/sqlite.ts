import { formPost, load } from '../load.ts'
import { startBenchedSite, temporaryFolder } from '../site.ts'

const CONNECTIONS = 64
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const MEMBERS = 50
const CONTENT = '明天上午十点在三楼会议室开会，请带上材料。'

/** Sends into one group of a site of one node, from 64 connections. @returns messages a second */
export async function hotGroupOnSqlite(): Promise<number> {
  const folder = await temporaryFolder()
  const site = await startBenchedSite(folder.path)
  try {
    const uids: number[] = []
    for (let n = 0; n < MEMBERS; n++)
      uids.push(
        (
          await site.call('user/add', {
            username: `hot${n}`,
            nickname: `压测${n}`,
            password: 'bench-password',
            avatar: '',
          })
        ).uid,
      )
    const { gid } = await site.call('group/create', { login_uid: uids[0]!, members: uids.slice(1).join(',') })
    const request = (connection: number) => {
      const body = new URLSearchParams({
        login_uid: String(uids[connection % MEMBERS]),
        to: gid,
        type: 'group',
        content: CONTENT,
      })
      return formPost('/api/message/send', { 'x-api-key': site.key }, body.toString())
    }
    const { requestsPerSecond, failures } = await load({
      port: site.port,
      connections: CONNECTIONS,
      seconds: SECONDS,
      request,
    })
    if (failures > 0) throw new Error(`${failures} sends failed`)
    return requestsPerSecond
  } finally {
    await site.stop()
    await folder.remove()
  }
}
