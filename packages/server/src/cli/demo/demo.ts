import { randomInt } from 'node:crypto'
import { CommandError } from '../failure.ts'
import { say } from '../language.ts'
import { tellServers } from '../nodes.ts'
import { print } from '../output.ts'
import { readNewPassword } from '../password.ts'
import { type Progress, startProgress } from '../progress.ts'
import { commandConfig, prepareDataFolder } from '../site.ts'
import { formatTable } from '../table.ts'
import { Attachments } from './attachments.ts'
import { HAPPENING_MESSAGES, planHappenings } from './happenings.ts'
import { PEOPLE } from './people.ts'
import { Performance } from './performing.ts'
import { planTalk } from './plan.ts'
import { Random } from './random.ts'
import { Reading } from './reading.ts'
import { VISIT_MESSAGES } from './service.ts'
import { Stage } from './stage.ts'
import { FOUNDING_NOTICES, Town } from './town.ts'

/** What the demo site holds, all kinds of messages and notices counted. */
const MESSAGES = 3000
/** The same people say the same things at every run; only the days move along. */
const SEED = 20_210_401
/** Letters and digits that nobody takes for each other. */
const PASSWORD_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const PASSWORD_LENGTH = 12

/** `parley demo`: fills an empty site. */
export async function demo({ passwordStdin }: { passwordStdin?: true }): Promise<void> {
  const config = commandConfig()
  await prepareDataFolder(config.dataDir)
  // The accounts of a site that everybody can read about must not have a password that everybody knows.
  const password = passwordStdin ? await readNewPassword(true) : newPassword()
  const stage = await Stage.open(config)
  const progress = startProgress()
  try {
    await requireEmpty(stage)
    await fill(stage, password, progress)
  } finally {
    progress.end()
    await stage.close()
  }
  await tellServers(config)
  tell(password)
}

function newPassword(): string {
  const character = () => PASSWORD_CHARACTERS[randomInt(PASSWORD_CHARACTERS.length)]
  return Array.from({ length: PASSWORD_LENGTH }, character).join('')
}

/** Administrators may be there: the first start makes one. */
async function requireEmpty({ services: { db } }: Stage): Promise<void> {
  const person = db.read.selectFrom('user').select('uid').where('is_admin', '=', 0).limit(1)
  const message = db.read.selectFrom('message').select('mid').limit(1)
  if (!(await person.executeTakeFirst()) && !(await message.executeTakeFirst())) return
  throw new CommandError({
    zh: '站点中已有账号或消息，演示数据只能填入空站点：请把 DATA_DIR 设为其他文件夹',
    en: 'the site has accounts or messages, and the demo is for an empty one: set DATA_DIR to another folder',
  })
}

async function fill(stage: Stage, password: string, progress: Progress): Promise<void> {
  const endMs = Date.now()
  const random = new Random(SEED)
  const town = new Town(stage, random, endMs)
  await town.arrive(password, (count) =>
    progress.update(say({ zh: '正在创建账号', en: 'Making accounts' }), count / PEOPLE.length),
  )
  progress.update(say({ zh: '正在创建好友和群', en: 'Making friends and groups' }))
  await town.befriend()
  await town.gather()

  const happenings = planHappenings({ stage, town, random, endMs })
  const lines = await planTalk(
    MESSAGES - FOUNDING_NOTICES - HAPPENING_MESSAGES - VISIT_MESSAGES,
    endMs,
    random,
  )
  const performance = new Performance(stage, town, new Attachments(stage, random))
  await performance.play(lines, happenings, (done) =>
    progress.update(say({ zh: '正在写入消息', en: 'Writing messages' }), done),
  )
  stage.now = endMs
  const reading = new Reading(stage, town, random)
  await reading.read(lines)
  await reading.arrange()
}

function tell(password: string): void {
  const columns = [
    { heading: say({ zh: '用户名', en: 'USERNAME' }) },
    { heading: say({ zh: '昵称', en: 'NICKNAME' }) },
    { heading: say({ zh: '密码', en: 'PASSWORD' }) },
    { heading: '' },
  ]
  const rows = PEOPLE.map(({ username, nickname, member, parent, disabled }) => [
    username,
    nickname,
    password,
    member
      ? say({ zh: '会员（客服）', en: 'member (customer service)' })
      : parent
        ? say({ zh: `${parent} 的子账号`, en: `sub-user of ${parent}` })
        : disabled
          ? say({ zh: '已禁用', en: 'disabled' })
          : '',
  ])
  for (const line of formatTable(columns, rows)) print(line)
  print('')
  print(
    say({
      zh: `演示站点已就绪：${PEOPLE.length} 个用户。可从 linxiaoyu 开始看。`,
      en: `The demo site is ready with ${PEOPLE.length} users. Sign in as linxiaoyu (Chinese) or emma (English) to look around.`,
    }),
  )
}
