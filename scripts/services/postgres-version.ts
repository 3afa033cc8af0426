/* Prints which PostgreSQL answers at `PARLEY_TEST_POSTGRES`: `PostgreSQL 18.4`. */
import { SQL } from 'bun'

const WAIT_SECONDS_MAX = 10

const sql = new SQL(process.env.PARLEY_TEST_POSTGRES!, { max: 1, connectionTimeout: WAIT_SECONDS_MAX })
try {
  const [row] = await sql`select version()`
  // The rest says who compiled it.
  console.log(row.version.replace(/ on .*/s, ''))
} catch (error) {
  console.log((error as Error).message)
  process.exitCode = 1
}
await sql.close()
