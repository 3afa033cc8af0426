import { SQL } from 'bun'

/*
 * The floor for sends on PostgreSQL: the bare runtime that stores each request as one row, in a statement of its own, and
 * answers when it is committed. No chat logic, no group commit. Prints its port.
 */

const CONNECTIONS = 16

const sql = new SQL(process.env.DATABASE_URL!, { max: CONNECTIONS })
await sql`create table if not exists floor (id bigint generated always as identity primary key, content text)`
const answer = { code: 0, msg: 'ok', data: { mid: 1, seq: 1 } }
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const form = new URLSearchParams(await request.text())
    await sql`insert into floor (content) values (${form.get('content')})`
    return Response.json(answer)
  },
})
console.log(server.port)
