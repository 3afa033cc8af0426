import { randomBytes } from 'node:crypto'
import { SQL } from 'bun'
import { type PostgresOptions, startPostgres } from '../../../scripts/services/postgres.mjs'
import * as redis from '../../../scripts/services/redis.mjs'

/*
 * The real PostgreSQL and Redis that tests run against. `npm test` starts one of each for all test files; a file that
 * runs by itself starts its own, which end with its process.
 */

export const { startRedis } = redis

/** Whether a Redis can be started here; what needs one is skipped otherwise. */
export const hasRedis = redis.hasRedis()

const once = <Value>(make: () => Promise<Value>) => {
  let value: Promise<Value> | undefined
  return () => {
    value ??= make()
    return value
  }
}

/** Starts a PostgreSQL for a test that stops it, of the same programs as the one that all tests share. */
export const startTestPostgres = (options?: PostgresOptions) =>
  startPostgres({ from: process.env.PARLEY_TEST_POSTGRES_FROM === 'system' ? 'system' : 'npm', ...options })

/** The administrator's URL of a PostgreSQL that all tests share; what stops it starts one of its own. */
const testPostgres = once(async () => process.env.PARLEY_TEST_POSTGRES || (await startTestPostgres()).url)

/** The URL of a Redis that all tests share, each with a prefix of its own. */
export const testRedis = once(async () => process.env.PARLEY_TEST_REDIS || (await startRedis()).url)

const administrator = once(async () => new SQL(await testPostgres(), { max: 1 }))

/** A PostgreSQL database of a test's own. */
export interface PostgresDatabase {
  readonly url: string
  /** Deletes it, whoever is still connected. */
  drop(): Promise<void>
}

/** Letters that no other test has, for names in what tests share. */
export const uniqueName = () => `parley_test_${randomBytes(8).toString('hex')}`

/** Makes an empty one. */
export async function newPostgresDatabase(): Promise<PostgresDatabase> {
  const name = uniqueName()
  const sql = await administrator()
  await sql.unsafe(`create database ${name}`)
  const url = new URL(await testPostgres())
  url.pathname = `/${name}`
  return {
    url: url.href,
    async drop() {
      await sql.unsafe(`drop database ${name} with (force)`)
    },
  }
}
