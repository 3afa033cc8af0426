import { describe, expect, test } from 'bun:test'
import { Channels, plainName } from './channels.ts'

function channels() {
  const sent: string[] = []
  const made = new Channels((event, data) =>
    sent.push(`${event.replace('pusher:', '')} ${(data as { channel: string }).channel}`),
  )
  /** Takes what was sent so far. */
  const take = () => sent.splice(0)
  return { channels: made, take }
}

const SUCCEEDED = 'pusher_internal:subscription_succeeded'

describe('channels', () => {
  test('follow asks for what is new and ends what is no more', () => {
    const { channels: made, take } = channels()
    expect(made.follow(['user-1', 'global', 'group-5'])).toBe(3)
    expect(take()).toEqual(['subscribe private-user-1', 'subscribe global', 'subscribe private-group-5'])
    expect(made.follow(['user-1', 'global', 'group-6'])).toBe(1)
    expect(take()).toEqual(['unsubscribe private-group-5', 'subscribe private-group-6'])
    expect(made.follow(['user-1', 'global', 'group-6'])).toBe(0)
    expect(take()).toEqual([])
  })

  test('a new websocket is asked for everything again', () => {
    const { channels: made, take } = channels()
    made.follow(['user-1'])
    made.subscribe('news')
    take()
    made.reopen()
    expect(take()).toEqual(['subscribe private-user-1', 'subscribe news'])
  })

  test('what two want is listened to until neither does', () => {
    const { channels: made, take } = channels()
    const end = made.subscribe('group-5')
    made.join('group-5')
    expect(take()).toEqual(['subscribe private-group-5'])
    end()
    end()
    expect(take()).toEqual([])
    made.leave('group-5')
    expect(take()).toEqual(['unsubscribe private-group-5'])
  })

  test('settled when each subscription is answered, granted or not, or is no longer wanted', async () => {
    const { channels: made } = channels()
    made.follow(['user-1', 'group-5', 'group-6'])
    let isSettled = false
    const settled = made.settled().then(() => {
      isSettled = true
    })
    expect(made.receive(SUCCEEDED, 'private-user-1')).toBe(true)
    expect(made.receive('pusher:subscription_error', 'private-group-5')).toBe(true)
    expect(made.receive('message', 'private-group-6')).toBe(false)
    await Promise.resolve()
    expect(isSettled).toBe(false)
    made.leave('group-6')
    await settled
    expect(isSettled).toBe(true)
  })

  test('names as applications use them', () => {
    expect(plainName('private-group-7')).toBe('group-7')
    expect(plainName('private-board')).toBe('private-board')
    expect(plainName('presence-group-7')).toBe('presence-group-7')
  })
})
