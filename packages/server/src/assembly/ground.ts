import type { Clock } from '../clock.ts'
import type { Cluster } from '../cluster/index.ts'
import type { Config } from '../config.ts'
import type { FileStore } from '../media/index.ts'
import type { Publish } from '../modules/conversations/index.ts'
import type { Timings } from '../realtime/index.ts'
import type { Database } from '../storage/index.ts'

/** What the parts share: time, storage, and the line between nodes. */
export interface Ground {
  config: Config
  timings: Partial<Timings> | undefined
  clock: Clock
  db: Database
  cluster: Cluster
  files: FileStore
  /** Pushes an event; the hub takes it over as soon as it is there. */
  publish: Publish
  /** The address by which most open sockets came; `fallback` when there are none. */
  clientOrigin: (fallback: string) => string
}
