import { pathOf } from './attachments.ts'
import { daysAgo, MINUTE_MS } from './calendar.ts'
import { PEOPLE, REQUESTS } from './people.ts'
import { drawPicture } from './pictures/index.ts'
import type { Random } from './random.ts'
import { REPLIES, VISITS } from './service.ts'
import type { Stage } from './stage.ts'
import type { Town } from './town.ts'

/** Something that happens at a time (ms) between the messages. */
export interface Happening {
  readonly at: number
  run(): Promise<unknown>
}

interface World {
  readonly stage: Stage
  readonly town: Town
  readonly random: Random
  /** When the demo is made (ms). */
  readonly endMs: number
}

/** A change in a group, told by one notice. */
type GroupChange = readonly [
  daysAgo: number,
  path: string,
  who: string,
  club: string,
  values: (town: Town) => Record<string, string | number>,
]

export const GROUP_CHANGES: readonly GroupChange[] = [
  [44, 'group/manager', 'linxiaoyu', '产品研发组', (town) => ({ uid: town.uidOf('chenhao'), value: 1 })],
  [41, 'group/forbiddenall', 'zhaolei', '全员通知', () => ({ value: 1 })],
  [40, 'group/manager', 'guofeng', '幸福里3栋业主群', (town) => ({ uid: town.uidOf('luoyi'), value: 1 })],
  [30, 'group/update', 'huting', '午饭吃什么', () => ({ groupname: '午饭吃什么？' })],
  [22, 'group/memberadd', 'gaoyuan', '周末徒步小分队', (town) => ({ members: town.uidOf('liangchen') })],
  [
    19,
    'group/forbiddenuser',
    'luoyi',
    '幸福里3栋业主群',
    (town) => ({ uid: town.uidOf('dijia888'), time: 86_400 }),
  ],
  [18, 'group/memberdel', 'guofeng', '幸福里3栋业主群', (town) => ({ members: town.uidOf('dijia888') })],
  [15, 'group/join', 'songjia', 'English Corner 英语角', () => ({})],
  [9, 'group/leave', 'hanxu', 'Weekend Football', () => ({})],
  [
    4,
    'group/forbiddenuser',
    'gaoyuan',
    '周末徒步小分队',
    (town) => ({ uid: town.uidOf('majun'), time: 30 * 86_400 }),
  ],
]

/** One group has a picture of its own. */
const PICTURED_CLUB = { owner: 'gaoyuan', club: '周末徒步小分队', subject: 'mountain', daysAgo: 43 } as const

/** How many messages and notices the happenings leave, the visits not counted. */
export const HAPPENING_MESSAGES =
  GROUP_CHANGES.length + 1 + REQUESTS.filter(({ decision }) => decision === 'agree').length

/** Everything that happens besides people talking, in no particular order. */
export function planHappenings(world: World): Happening[] {
  return [
    ...groupHappenings(world),
    ...requestHappenings(world),
    ...serviceHappenings(world),
    ...disabling(world),
  ]
}

function groupHappenings({ stage, town, random, endMs }: World): Happening[] {
  const changes = GROUP_CHANGES.map(([days, path, who, club, values]) => ({
    at: daysAgo(endMs, days, random),
    run: () => stage.call(path, town.uidOf(who), { gid: town.gidOf(club), ...values(town) }),
  }))
  const picture = {
    at: daysAgo(endMs, PICTURED_CLUB.daysAgo, random),
    async run() {
      const { owner, club, subject } = PICTURED_CLUB
      const [uid, gid] = [town.uidOf(owner), town.gidOf(club)]
      const file = new File([new Uint8Array(await drawPicture(subject, random))], 'group.jpg')
      const { src } = await stage.call<{ src: string }>('upload/groupavatar', uid, { gid }, file)
      await stage.call('group/update', uid, { gid, avatar: pathOf(src) })
    },
  }
  return [...changes, picture]
}

function requestHappenings({ stage, town, random, endMs }: World): Happening[] {
  return REQUESTS.flatMap(({ from, to, postscript, decision }, index) => {
    const at = daysAgo(endMs, 20 - index * 1.5, random)
    const asking = {
      at,
      run: () => stage.call('friend/apply', town.uidOf(from), { friend_uid: town.uidOf(to), postscript }),
    }
    if (!decision) return [asking]
    const deciding = {
      at: at + random.int(20, 90) * MINUTE_MS,
      async run() {
        const uid = town.uidOf(to)
        const received = await stage.call<{ nid: number; from: number }[]>('friend/applylist', uid, {})
        const { nid } = received.find((request) => request.from === town.uidOf(from))!
        await stage.call(`friend/${decision}`, uid, { nid })
      },
    }
    return [asking, deciding]
  })
}

function serviceHappenings({ stage, town, random, endMs }: World): Happening[] {
  const replies = Object.entries(REPLIES).map(([member, list]) => ({
    at: daysAgo(endMs, 42, random),
    async run() {
      for (const reply of list) await stage.call('reply/add', town.uidOf(member), { ...reply })
    },
  }))
  const visits = VISITS.flatMap(({ visitor, member, daysAgo: days, lines }) => {
    let at = daysAgo(endMs, days, random)
    return lines.map(({ by, text }) => {
      at += random.int(20, 150) * 1000
      const [from, to] = by === 'v' ? [visitor, member] : [member, visitor]
      const send = () =>
        stage.call('message/send', town.uidOf(from), { type: 'friend', to: town.uidOf(to), content: text })
      return { at, run: send }
    })
  })
  return [...replies, ...visits]
}

function disabling({ stage, town, random, endMs }: World): Happening[] {
  return PEOPLE.filter(({ disabled }) => disabled).map(({ username }) => ({
    at: daysAgo(endMs, 1, random),
    run: () => stage.call('user/update', town.uidOf(username), { account_state: 'disabled' }),
  }))
}
