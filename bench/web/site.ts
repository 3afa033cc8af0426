import { fileURLToPath } from 'node:url'
import { buildIfNeeded } from '../../packages/web/scripts/build.mjs'
import { type BenchedSite, startBenchedSite, temporaryFolder } from '../site.ts'

/* The demo site, as `parley demo` makes it, with one history that is much longer than any of its own. */

const MAIN = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
const PASSWORD = 'only-for-figures'
/** Whose pages are measured, and who writes to them. */
const WHO = 'linxiaoyu'
const WRITER = 'chenhao'
const AT_ONCE = 64
const UNLIMITED = { rate_send: '100000/1', rate_call: '100000/1', rate_login: '100000/1' }

/** A site to be measured. */
export interface WebSite {
  readonly url: string
  readonly uid: number
  readonly writer: number
  readonly username: string
  readonly token: string
  /** Writes to the measured person. */
  send(content: string): Promise<unknown>
  /** Makes the history with the writer that long. */
  fill(messages: number): Promise<void>
  stop(): Promise<void>
}

async function makeDemo(dataDir: string): Promise<void> {
  const child = Bun.spawn([process.execPath, MAIN, 'demo', '--password-stdin'], {
    env: { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    stdin: new TextEncoder().encode(`${PASSWORD}\n`),
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error('the demo site could not be made')
}

/** Texts of a talk: short and long ones, in two scripts, with emoji and links here and there. */
function textOf(index: number): string {
  const sentence = '今天下午三点在老地方见，记得带上上次借的书。See you at three! '
  if (index % 17 === 0) return `https://example.com/articles/${index}?from=chat`
  if (index % 11 === 0) return `[表情${index % 100}] 好的`
  return `${index} ${sentence.repeat(1 + ((index * 7) % 13 === 0 ? 5 : index % 3)).slice(0, 6 + ((index * 37) % 120))}`
}

/** Builds the client, makes the demo and starts the server on it. */
export async function openWebSite(): Promise<WebSite> {
  await buildIfNeeded()
  const folder = await temporaryFolder()
  await makeDemo(folder.path)
  const site: BenchedSite = await startBenchedSite(folder.path)
  await site.call('admin/setsettings', UNLIMITED)
  const token = await site.signIn(WHO, PASSWORD)
  const uidOf = async (username: string): Promise<number> =>
    (await site.call('user/getbyname', { username })).uid
  const [uid, writer] = [await uidOf(WHO), await uidOf(WRITER)]
  const say = (from: number, to: number, content: string) =>
    site.call('message/send', { login_uid: from, to, type: 'friend', content })
  return {
    ...{ url: `http://127.0.0.1:${site.port}`, uid, writer, username: WHO, token },
    send: (content) => say(writer, uid, content),
    async fill(messages) {
      for (let from = 0; from < messages; from += AT_ONCE) {
        const count = Math.min(AT_ONCE, messages - from)
        await Promise.all(
          Array.from({ length: count }, (_, index) => {
            const number = from + index
            // Runs of one writer, as people talk.
            const [one, other] = number % 7 < 3 ? [uid, writer] : [writer, uid]
            return say(one, other, textOf(number))
          }),
        )
      }
    },
    async stop() {
      await site.stop()
      await folder.remove()
    },
  }
}
