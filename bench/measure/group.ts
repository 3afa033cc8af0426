import type { Meters, Spent } from './calls.ts'
import { spent } from './machine.ts'
import { PEOPLE } from './population.ts'

/** People that one call may bring into a group. */
const AT_ONCE = 500
const READS = 20

type Call = (path: string, parameters: Record<string, string | number>) => Promise<any>

/** What a group of 5,000 costs besides its messages; nobody is online. Each line is for one call. */
export async function measureBigGroup(
  meters: Meters,
  call: Call,
): Promise<Array<{ what: string; ms: number; us: Spent }>> {
  const lines: Array<{ what: string; ms: number; us: Spent }> = []
  const each = async (what: string, times: number, run: (turn: number) => Promise<unknown>) => {
    const { us, ms } = await spent(meters, async () => {
      for (let turn = 0; turn < times; turn++) await run(turn)
    })
    const share = (name: keyof Spent) => us[name] / times
    lines.push({
      what,
      ms: ms / times,
      us: { main: share('main'), all: share('all'), redis: share('redis'), postgres: share('postgres') },
    })
  }
  const owner = 1
  const { gid } = await call('group/create', { login_uid: owner, groupname: 'big' })
  const portions = Math.ceil((PEOPLE - 2) / AT_ONCE)
  await each('500 people brought into a group', portions, (turn) => {
    const uids = Array.from({ length: AT_ONCE }, (_, i) => 2 + turn * AT_ONCE + i).filter(
      (uid) => uid < PEOPLE,
    )
    return call('group/memberadd', { login_uid: owner, gid, members: uids.join(',') })
  })
  await each('one more joins and leaves', READS, async () => {
    await call('group/join', { login_uid: PEOPLE, gid })
    await call('group/leave', { login_uid: PEOPLE, gid })
  })
  await each('group/detail', READS, () => call('group/detail', { login_uid: owner, gid }))
  await each('group/members, a page of 100', READS, () =>
    call('group/members', { login_uid: owner, gid, limit: 100 }),
  )
  await each('pop/get of a member', READS, () => call('pop/get', { login_uid: owner }))
  await each('message/get', READS, () => call('message/get', { login_uid: owner, id: gid, type: 'group' }))
  return lines
}
