/** Where the webhook driver of a test site delivers: a real server that keeps what it gets. */
export interface SmsInbox {
  /** Environment of a site that sends its SMS here. */
  readonly env: { SMS_DRIVER: string; SMS_WEBHOOK_URL: string }
  /** Everything that was delivered, oldest first. */
  readonly messages: SmsMessage[]
  /** While true, nothing is taken. */
  refusing: boolean
  /** The code of the next message for a phone that was not taken yet; waits for it. */
  code(phone: string): Promise<string>
  close(): Promise<void>
}

interface SmsMessage {
  phone: string
  code: string
  type: string
}

const WAIT_MS_MAX = 30_000

export function openSmsInbox(): SmsInbox {
  const messages: SmsMessage[] = []
  const untaken: SmsMessage[] = []
  const waiting = new Set<() => void>()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      if (inbox.refusing) return new Response('no', { status: 500 })
      const message = (await request.json()) as SmsMessage
      messages.push(message)
      untaken.push(message)
      for (const wake of [...waiting]) wake()
      return new Response('ok')
    },
  })

  const take = (phone: string) => {
    const index = untaken.findIndex((message) => message.phone === phone)
    return index === -1 ? undefined : untaken.splice(index, 1)[0]!.code
  }

  const inbox: SmsInbox = {
    env: { SMS_DRIVER: 'webhook', SMS_WEBHOOK_URL: `http://127.0.0.1:${server.port}/sms` },
    messages,
    refusing: false,
    code: (phone) =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer)
          waiting.delete(wake)
        }
        const wake = () => {
          const code = take(phone)
          if (code === undefined) return
          done()
          resolve(code)
        }
        const timer = setTimeout(() => {
          done()
          reject(new Error(`no SMS came for ${phone}`))
        }, WAIT_MS_MAX)
        waiting.add(wake)
        wake()
      }),
    close: () => server.stop(true),
  }
  return inbox
}
