import { randomBytes } from 'node:crypto'
import type { Database } from '../../storage/index.ts'

/** A websocket application. The dialect decides the prefix of its own events: `pusher:` or `woker:`. */
export interface App {
  readonly key: string
  readonly secret: string
  readonly dialect: 'pusher' | 'woker'
}

/** Like the keys of the original: 32 hex digits. */
const newKey = () => randomBytes(16).toString('hex')
const newSecret = () => randomBytes(32).toString('hex')

/** The site's websocket applications, one per dialect, in memory. */
export class Apps {
  readonly #byKey: ReadonlyMap<string, App>

  private constructor(
    /** The application of today's clients; `APP_KEY` and `APP_SECRET`, if set. */
    readonly pusher: App,
    /** The application of the old browser client. */
    readonly woker: App,
  ) {
    this.#byKey = new Map([pusher, woker].map((app) => [app.key, app]))
  }

  /**
   * Reads the applications; the first start makes them.
   * @param given what `APP_KEY` and `APP_SECRET` say; it replaces the stored one
   */
  static async load(db: Database, given: { key: string; secret: string } | undefined): Promise<Apps> {
    return db.transaction(async (tx) => {
      if (given) {
        await tx
          .deleteFrom('app')
          .where((eb) => eb.or([eb('dialect', '=', 'pusher'), eb('key', '=', given.key)]))
          .execute()
        await tx
          .insertInto('app')
          .values({ ...given, dialect: 'pusher' })
          .execute()
      }
      const stored = await tx.selectFrom('app').selectAll().execute()
      const ensure = async (dialect: App['dialect']): Promise<App> => {
        const known = stored.find((app) => app.dialect === dialect)
        if (known) return known
        const app = { key: newKey(), secret: newSecret(), dialect }
        await tx.insertInto('app').values(app).execute()
        return app
      }
      return new Apps(await ensure('pusher'), await ensure('woker'))
    })
  }

  /** The application that a key names. */
  find(key: string): App | undefined {
    return this.#byKey.get(key)
  }
}
