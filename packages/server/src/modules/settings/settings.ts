import { randomUUID } from 'node:crypto'
import {
  AppError,
  type ChatSettings,
  DEFAULT_SETTINGS,
  GLOBAL_CHANNEL,
  isSettingName,
  PUBLIC_SETTINGS,
  type PublicSettings,
  type PushEvents,
  parseRate,
  parseSettingValue,
  type Rate,
  type RateName,
  SETTINGS,
  type SettingName,
} from '@parley/contract'
import { log } from '../../log.ts'
import type { Database } from '../../storage/index.ts'
import { websocketAddress } from './addresses.ts'

type NamesOfType<Type extends string> = {
  [Name in SettingName]: (typeof SETTINGS)[Name]['type'] extends Type ? Name : never
}[SettingName]

/** The settings that are `on` or `off`. */
export type SwitchName = NamesOfType<'switch'>
/** The settings that are whole numbers. */
export type NumberName = NamesOfType<'integer'>

/** Every setting by its name, as text. */
export type SettingValues = Record<SettingName, string>

/** The two app keys that clients may be told to use. */
interface AppKeys {
  readonly pusher: { readonly key: string }
  readonly woker: { readonly key: string }
}

interface Dependencies {
  db: Database
  invalidations: {
    publish(topic: string, payload: unknown): void
    subscribe(topic: string, handler: (payload: unknown) => void): () => void
  }
  publish: (channel: string, event: 'settingChange', payload: PushEvents['settingChange']) => void
  apps: AppKeys
  /** Whether the site sends SMS for real. */
  sms?: boolean
  /**
   * The address under which connected clients see the site. An administrator may change a setting from the machine
   * itself, and clients must not be told to connect to `127.0.0.1`.
   * @param changer the changer's own view, for when nobody is connected
   */
  clientOrigin?: (changer: string) => string
}

/** How long the settings of another node are waited for before each attempt to read them, ms. */
const RELOAD_WAITS_MS = [0, 200, 1000, 5000, 20_000]
const TOPIC = 'settings'
/** The id of the one row of settings that the document's samples show. */
const SETTINGS_ID = 2

/**
 * The site's settings, held in memory: every read is answered at once. A change is written, told to the other nodes
 * and pushed to all clients.
 */
export class Settings {
  readonly #db: Database
  readonly #invalidations: Dependencies['invalidations']
  readonly #publish: Dependencies['publish']
  readonly #apps: AppKeys
  readonly #sms: boolean
  readonly #clientOrigin: (changer: string) => string
  #values: SettingValues = DEFAULT_SETTINGS
  #rates = new Map<RateName, Rate>()
  /** How many reads have begun, and which of them the values are from. */
  #begun = 0
  #taken = 0
  /** Tells this node's own notes on the bus from others'. */
  readonly #node = randomUUID()

  constructor(dependencies: Dependencies) {
    const {
      db,
      invalidations,
      publish,
      apps,
      sms = false,
      clientOrigin = (changer) => changer,
    } = dependencies
    this.#db = db
    this.#invalidations = invalidations
    this.#publish = publish
    this.#apps = apps
    this.#sms = sms
    this.#clientOrigin = clientOrigin
    invalidations.subscribe(TOPIC, (node) => {
      if (node !== this.#node) void this.#takeUp()
    })
  }

  /** Reads the settings from the database. To be awaited once at start; until then the defaults hold. */
  async load(): Promise<void> {
    const turn = ++this.#begun
    const rows = await this.#db.read.selectFrom('setting').selectAll().execute()
    // Nobody waits for a read that hangs; when it comes after all, it does not put older values over newer ones.
    if (turn < this.#taken) return
    this.#taken = turn
    const values: SettingValues = { ...DEFAULT_SETTINGS }
    for (const { name, value } of rows) {
      if (!isSettingName(name)) continue
      const parsed = parseSettingValue(name, value)
      if (typeof parsed === 'string') values[name] = parsed
      else log.warn({ setting: name }, 'setting_ignored')
    }
    this.#values = values
    this.#rates = new Map()
  }

  get(name: SettingName): string {
    return this.#values[name]
  }

  /** Whether a switch is on. */
  on(name: SwitchName): boolean {
    return this.#values[name] === 'on'
  }

  /** @throws AppError switched_off, in the words of the setting's label */
  requireOn(name: SwitchName): void {
    if (!this.on(name)) throw new AppError('switched_off', { name: SETTINGS[name].label })
  }

  number(name: NumberName): number {
    return Number(this.#values[name])
  }

  /** A rate limit: at most `count` calls in `seconds` seconds. */
  rate(name: RateName): Rate {
    const known = this.#rates.get(name)
    if (known) return known
    const rate = parseRate(this.#values[`rate_${name}`])
    this.#rates.set(name, rate)
    return rate
  }

  /** All settings, private ones included: for administrators. */
  all(): SettingValues {
    return { ...this.#values }
  }

  /**
   * What everybody may read, as `pop/getsetting` answers it: all texts, `id` too.
   * @param origin `http(s)://host[:port]` as the caller sees the site; `ws_address` follows from it
   */
  public(origin: string): PublicSettings {
    const { pusher, woker } = this.#apps
    return {
      id: String(SETTINGS_ID),
      ...(Object.fromEntries(PUBLIC_SETTINGS.map((name) => [name, this.#values[name]])) as Pick<
        SettingValues,
        (typeof PUBLIC_SETTINGS)[number]
      >),
      appkey: this.on('legacy_push') ? woker.key : pusher.key,
      pusher_key: pusher.key,
      ws_address: websocketAddress(origin),
      sms: this.#sms ? 'on' : 'off',
    }
  }

  /** The same as `pop/get` and the event `settingChange` carry it: `id` is a number, `dirty_words` always empty. */
  forChats(origin: string): ChatSettings {
    return { ...this.public(origin), id: SETTINGS_ID, dirty_words: '' }
  }

  /**
   * Changes settings, all of them or, if one value is wrong, none. In force here when it resolves; other nodes follow
   * at once, and every client gets the full public set as `settingChange` on `global`.
   * @param origin the changer's view of the site, as for {@link public}
   * @throws AppError invalid_parameter, naming the setting and what it may be
   */
  async change(values: Partial<SettingValues>, origin: string): Promise<void> {
    const changes = parseChanges(values)
    if (changes.length === 0) return
    await this.#db.transaction(async (tx) => {
      const names = changes.map(({ name }) => name)
      await tx.deleteFrom('setting').where('name', 'in', names).execute()
      const differing = changes.filter(({ name, value }) => value !== DEFAULT_SETTINGS[name])
      if (differing.length > 0) await tx.insertInto('setting').values(differing).execute()
    })
    this.#invalidations.publish(TOPIC, this.#node)
    const tellClients = () =>
      this.#publish(GLOBAL_CHANNEL, 'settingChange', this.forChats(this.#clientOrigin(origin)))
    try {
      await this.load()
    } catch (error) {
      void this.#takeUp().then(tellClients)
      throw error
    }
    tellClients()
  }

  /** Something has changed: a database that is away for a moment must not make this node miss it. */
  async #takeUp(): Promise<void> {
    for (const waitMs of RELOAD_WAITS_MS) {
      try {
        await Bun.sleep(waitMs)
        return await this.load()
      } catch (error) {
        log.error({ error: String(error) }, 'settings_reload_failed')
      }
    }
  }
}

function parseChanges(values: Partial<SettingValues>): { name: SettingName; value: string }[] {
  return Object.entries(values).flatMap(([name, given]) => {
    if (given === undefined || !isSettingName(name)) return []
    const value: string | AppError = parseSettingValue(name, given)
    if (typeof value !== 'string') throw value
    return [{ name, value }]
  })
}
