import { unescapeAnswer } from '@parley/contract'
import type { DataOf } from './operations.ts'

/** The public settings of a site. */
export type Settings = DataOf<'pop/getsetting'>
/** As much as all forms of the settings have in common: their `id` differs in type. */
export type SharedSettings = Omit<Settings, 'id'>

/** What the client has to know of the site: its app key, and whether it sends escaped text. */
export class Site {
  #settings: Promise<SharedSettings> | undefined
  #known: SharedSettings | undefined

  /** @param read asks the site for its settings */
  constructor(private readonly read: () => Promise<SharedSettings>) {}

  /** The settings as far as they are known now. */
  get known(): SharedSettings | undefined {
    return this.#known
  }

  /** The settings, asked for once. @throws ParleyError, NetworkError */
  async settings(): Promise<SharedSettings> {
    if (this.#known) return this.#known
    this.#settings ??= this.read().finally(() => {
      this.#settings = undefined
    })
    this.#known = await this.#settings
    return this.#known
  }

  /** Takes settings that came by themselves. */
  learn(settings: SharedSettings): void {
    this.#known = settings
  }

  /** Asks anew the next time. */
  forget(): void {
    this.#known = undefined
  }
}

/** Gives raw text where the site sends text escaped for old clients (the setting `html_escape`). */
export const decode = (data: unknown, settings: SharedSettings | undefined): unknown =>
  settings?.html_escape === 'on' && !(data instanceof Blob) ? unescapeAnswer(data) : data
