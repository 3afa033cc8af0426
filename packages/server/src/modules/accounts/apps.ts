import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Database, Tables } from '../../storage/index.ts'

/** A websocket application. The dialect decides the prefix of its own events: `pusher:` or `woker:`. */
export interface App {
  readonly key: string
  readonly secret: string
  readonly dialect: 'pusher' | 'woker'
}

const DIALECTS = ['pusher', 'woker'] as const satisfies readonly App['dialect'][]

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
   * Reads the applications; the first start makes them. Nodes that start at once agree.
   * @param given what `APP_KEY` and `APP_SECRET` say; it replaces the stored one
   */
  static async load(db: Database, given: { key: string; secret: string } | undefined): Promise<Apps> {
    const made = DIALECTS.map((dialect) => ({ key: newKey(), secret: newSecret(), dialect }))
    return db.transaction(async (tx) => {
      let stored = await readApps(tx)
      if (given && !isKnown(stored, given)) {
        await replacePusher(tx, given)
        stored = await readApps(tx)
      }
      const missing = made.filter(({ dialect }) => !stored.some((app) => app.dialect === dialect))
      if (missing.length > 0) {
        await tx
          .insertInto('app')
          .values(missing)
          .onConflict((oc) => oc.column('dialect').doNothing())
          .execute()
        stored = await readApps(tx)
      }
      const [pusher, woker] = DIALECTS.map((dialect) => stored.find((app) => app.dialect === dialect)!)
      return new Apps(pusher!, woker!)
    })
  }

  /** The application that a key names. */
  find(key: string): App | undefined {
    return this.#byKey.get(key)
  }
}

const readApps = (tx: Transaction<Tables>): Promise<App[]> => tx.selectFrom('app').selectAll().execute()

/** Every start brings what the environment says: mostly there is nothing to change. */
const isKnown = (stored: readonly App[], { key, secret }: Pick<App, 'key' | 'secret'>): boolean =>
  stored.some((app) => app.dialect === 'pusher' && app.key === key && app.secret === secret)

async function replacePusher(tx: Transaction<Tables>, given: { key: string; secret: string }): Promise<void> {
  await tx
    .deleteFrom('app')
    .where((eb) => eb.or([eb('dialect', '=', 'pusher'), eb('key', '=', given.key)]))
    .execute()
  await tx
    .insertInto('app')
    .values({ ...given, dialect: 'pusher' })
    .execute()
}
