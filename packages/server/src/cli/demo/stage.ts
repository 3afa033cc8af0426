import { createServices, type Services } from '../../app.ts'
import type { Config } from '../../config.ts'
import { parseNetworks } from '../../networks.ts'
import type { Appended, Draft } from '../../storage/index.ts'
import { CommandError } from '../failure.ts'

/** Stands for the address that the demo's calls come from; the calls never leave the process. */
const OWN_ADDRESS = '127.0.0.1'
const ORIGIN = 'http://localhost'
/** More than this waiting for a commit would be refused. */
const WAITING_MAX = 500

type Parameters = Readonly<Record<string, string | number | readonly number[] | undefined>>

interface Answer {
  code: number
  msg: string
  data: unknown
}

/**
 * The site while the demo is put on it. Its clock shows whatever time the play has come to, so that everything carries
 * the time at which it would have happened. Things are done through the documented API, as a site's backend would do
 * them; only plain messages go straight into the log, because there are thousands.
 */
export class Stage {
  /** ms since the epoch. */
  now = Date.now()
  readonly #pending: Promise<Appended>[] = []
  readonly services: Services

  private constructor(services: Services) {
    this.services = services
  }

  static async open(config: Config): Promise<Stage> {
    const clock = { now: () => Date.now() }
    const apiAllowIps = parseNetworks(OWN_ADDRESS)!
    const stage = new Stage(await createServices({ ...config, apiAllowIps }, { clock: () => clock.now() }))
    clock.now = () => stage.now
    return stage
  }

  /**
   * Calls an operation as a user.
   * @param uid whom it is done for; 0 for the site itself
   * @throws Error when the operation answers with an error: the play is written so that none does
   */
  async call<Data>(path: string, uid: number, parameters: Parameters, file?: File): Promise<Data> {
    await this.settled()
    const body = new FormData()
    if (uid > 0) body.set('login_uid', String(uid))
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) body.set(name, Array.isArray(value) ? value.join(',') : String(value))
    }
    if (file) body.set('file', file)
    const request = new Request(`${ORIGIN}/api/${path}`, { method: 'POST', body })
    const response = await this.services.site.fetch(request, {
      url: new URL(request.url),
      origin: { address: OWN_ADDRESS, origin: ORIGIN },
      mayObserve: async () => false,
    })
    const { code, msg, data } = (await response.json()) as Answer
    if (code !== 0) throw new CommandError({ zh: `${path}：${msg}`, en: `${path}: ${msg}` })
    return data as Data
  }

  /**
   * Puts a message into the log without waiting for the disk; the order of the calls is the order of the messages.
   * @returns where it will have been put
   */
  async append(draft: Draft): Promise<{ placed: Promise<Appended> }> {
    if (this.#pending.length >= WAITING_MAX) await this.settled()
    const placed = this.services.db.append(draft)
    this.#pending.push(placed)
    return { placed }
  }

  /** Resolves when all messages are on the disk. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending.splice(0))
  }

  async close(): Promise<void> {
    await this.settled()
    await this.services.close()
  }
}
