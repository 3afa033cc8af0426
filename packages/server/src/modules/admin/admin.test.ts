import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openTempDatabase, type TempDatabase } from '../../../test/temp-database.ts'
import { LocalBus } from '../../cluster/index.ts'
import { ConfigError } from '../../config.ts'
import { verifyPassword } from '../accounts/index.ts'
import { Users } from '../users/index.ts'
import { Administrators } from './administrators.ts'
import { Setup } from './setup.ts'

const person = { username: 'boss', password: 'secret1' }

let temp: TempDatabase
let users: Users
let administrators: Administrators

beforeEach(async () => {
  temp = await openTempDatabase()
  users = new Users({ db: temp.db, invalidations: new LocalBus(), clock: Date.now })
  administrators = new Administrators({ db: temp.db, users })
})
afterEach(() => temp.close())

const newSetup = () => new Setup({ db: temp.db, dataDir: temp.dir, administrators })
/** A node of the same site, with a data folder of its own. */
async function newNode(name: string) {
  const dataDir = join(temp.dir, name)
  await mkdir(dataDir)
  return new Setup({ db: temp.db, dataDir, administrators })
}
const administratorCount = async () =>
  (await temp.db.read.selectFrom('user').select('uid').where('is_admin', '=', 1).execute()).length
const hasFile = () => Bun.file(join(temp.dir, 'setup.token')).exists()

test('the printed link outlives a restart', async () => {
  const token = await newSetup().prepare()
  const restarted = newSetup()
  expect(await restarted.prepare()).toBe(token!)
  expect(await restarted.usable(token!)).toBe(true)
  expect((await restarted.redeem(token!, person)).is_admin).toBe(1)
  expect(await restarted.usable(token!)).toBe(false)
  expect(await newSetup().prepare()).toBeUndefined()
})

test('before the token is prepared, none is usable', async () => {
  expect(await newSetup().usable('')).toBe(false)
})

test('an administrator made in another way ends the link', async () => {
  const setup = newSetup()
  const token = (await setup.prepare())!
  await administrators.create(person)
  const failure = await setup.redeem(token, { ...person, username: 'chief' }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ kind: 'forbidden' })
  expect(await setup.usable(token)).toBe(false)
  expect(await hasFile()).toBe(false)
})

test('a start with an administrator removes a token that was left behind', async () => {
  await newSetup().prepare()
  await administrators.create(person)
  expect(await hasFile()).toBe(true)
  expect(await newSetup().prepare()).toBeUndefined()
  expect(await hasFile()).toBe(false)
})

test('the database does not tell a token', async () => {
  const token = (await newSetup().prepare())!
  const rows = await temp.db.read.selectFrom('secret').selectAll().execute()
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(token.slice('pa_'.length))
})

test('every node takes the link of every other, and the first that is redeemed ends them all', async () => {
  const nodes = [await newNode('a'), await newNode('b')] as const
  const tokens = await Promise.all(nodes.map((node) => node.prepare()))
  expect(new Set(tokens).size).toBe(2)
  for (const node of nodes) for (const token of tokens) expect(await node.usable(token!)).toBe(true)
  await nodes[1].redeem(tokens[0]!, person)
  for (const node of nodes) {
    for (const token of tokens) {
      expect(await node.usable(token!)).toBe(false)
      const failure = await node.redeem(token!, { ...person, username: 'chief' }).catch((error) => error)
      expect(failure).toMatchObject({ kind: 'forbidden' })
    }
  }
  expect(await administratorCount()).toBe(1)
  expect(await temp.db.read.selectFrom('secret').selectAll().execute()).toEqual([])
})

test('of several that redeem links on several nodes at once, one becomes administrator', async () => {
  const nodes = await Promise.all(['a', 'b', 'c'].map(newNode))
  const tokens = await Promise.all(nodes.map((node) => node.prepare()))
  const attempts = nodes.flatMap((node, i) =>
    tokens.map((token, j) => node.redeem(token!, { ...person, username: `boss${i}${j}` })),
  )
  const outcomes = await Promise.allSettled(attempts)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await administratorCount()).toBe(1)
})

test('a name that is taken leaves every link good', async () => {
  await users.create({ username: 'boss', nickname: 'x', password_hash: '' })
  const [a, b] = [await newNode('a'), await newNode('b')]
  const [first, second] = [(await a.prepare())!, (await b.prepare())!]
  const failure = await b.redeem(first, person).catch((error: unknown) => error)
  expect(failure).toMatchObject({ kind: 'username_taken' })
  expect([await a.usable(first), await a.usable(second)]).toEqual([true, true])
  await b.redeem(first, { ...person, username: 'chief' })
})

test('the administrator of the environment is made once by nodes that start at once', async () => {
  await Promise.all([1, 2, 3].map(() => administrators.ensure(person)))
  expect(await administratorCount()).toBe(1)
})

test('the administrator of the environment is made once; a changed password stays', async () => {
  await administrators.ensure(person)
  const account = (await users.findByUsername('boss'))!
  expect(account.is_admin).toBe(1)
  await administrators.ensure({ ...person, password: 'another1' })
  expect(await verifyPassword('secret1', await users.passwordHashOf(account.uid))).toBe(true)
})

test('an ordinary account is not made administrator by its name', async () => {
  const { uid } = await users.create({ username: 'Boss', nickname: 'x', password_hash: '' })
  const failure = await administrators.ensure(person).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConfigError)
  expect((failure as Error).message).toStartWith('ADMIN_USERNAME names an ordinary account')
  expect((await users.require(uid)).is_admin).toBe(0)
})
