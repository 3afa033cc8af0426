/*
 * A bot that answers every message with the same words, and in groups only those that name it.
 *
 *   PARLEY_URL=http://localhost:6060 PARLEY_USERNAME=echo PARLEY_PASSWORD=… bun examples/echo-bot.ts
 */
import { createClient, parseContent } from '@parley/client'

const { PARLEY_URL: url, PARLEY_USERNAME: username, PARLEY_PASSWORD: password } = process.env
if (!url || !username || !password) throw new Error('Set PARLEY_URL, PARLEY_USERNAME and PARLEY_PASSWORD')
const say = (line: string) => process.stdout.write(`${line}\n`)

const client = createClient({ url })
const { token, uid } = await client.call('login/check', { username, password })
client.setToken(token)

client.on('message', ({ chat, from, content, sub_type, auto }) => {
  // Notices and automatic answers are no questions; two bots would never stop otherwise.
  if (from === String(uid) || sub_type === 'notice' || auto === 1) return
  if (chat.type === 'group' && !isNamed(content)) return
  client.send(chat, content)
})
client.on('outbox', ({ state, error }) => {
  if (state === 'failed') say(`not sent: ${error?.msg}`)
})
client.on('connection', ({ state }) => say(state))

const { mine } = await client.connect()
say(`${mine.nickname} listens; Ctrl+C ends it`)

function isNamed(content: string): boolean {
  const parsed = parseContent(content)
  return parsed.kind === 'text' && parsed.segments.some((part) => part.kind === 'mention' && part.uid === uid)
}

process.once('SIGINT', () => client.close())
process.once('SIGTERM', () => client.close())
