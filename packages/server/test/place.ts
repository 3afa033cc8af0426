import { hasRedis, newPostgresDatabase, testRedis, uniqueName } from './services.ts'

/** Where a test's site keeps what it knows, beside its data folder. */
export interface Place {
  /** Variables that lead a site there. */
  readonly env: Record<string, string>
  remove(): Promise<void>
}

/** Connections of each site to PostgreSQL: few, because many test files run on one server. */
const DATABASE_POOL = '6'

/**
 * The data folder alone, or with `PARLEY_TEST_BACKEND=postgres` a database and a prefix of its own on the PostgreSQL
 * and, where there is one, the Redis that the tests share.
 */
export async function newPlace(): Promise<Place> {
  if (process.env.PARLEY_TEST_BACKEND !== 'postgres') return { env: {}, remove: async () => {} }
  const { url, drop } = await newPostgresDatabase()
  const redis = hasRedis ? { REDIS_URL: await testRedis(), REDIS_PREFIX: uniqueName() } : undefined
  return { env: { DATABASE_URL: url, DATABASE_POOL, ...redis }, remove: drop }
}
