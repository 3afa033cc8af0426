import { afterEach, beforeEach, expect, test } from 'bun:test'
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

const newSetup = () => new Setup({ dataDir: temp.dir, administrators })
const hasFile = () => Bun.file(join(temp.dir, 'setup.token')).exists()

test('the printed link outlives a restart', async () => {
  const token = await newSetup().prepare()
  const restarted = newSetup()
  expect(await restarted.prepare()).toBe(token!)
  expect(restarted.usable(token!)).toBe(true)
  expect((await restarted.redeem(token!, person)).is_admin).toBe(1)
  expect(restarted.usable(token!)).toBe(false)
  expect(await newSetup().prepare()).toBeUndefined()
})

test('before the token is prepared, none is usable', () => {
  expect(newSetup().usable('')).toBe(false)
})

test('an administrator made in another way ends the link', async () => {
  const setup = newSetup()
  const token = (await setup.prepare())!
  await administrators.create(person)
  const failure = await setup.redeem(token, { ...person, username: 'chief' }).catch((error: unknown) => error)
  expect(failure).toMatchObject({ kind: 'forbidden' })
  expect(setup.usable(token)).toBe(false)
  expect(await hasFile()).toBe(false)
})

test('a start with an administrator removes a token that was left behind', async () => {
  await newSetup().prepare()
  await administrators.create(person)
  expect(await hasFile()).toBe(true)
  expect(await newSetup().prepare()).toBeUndefined()
  expect(await hasFile()).toBe(false)
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
