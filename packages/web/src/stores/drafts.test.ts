import { beforeEach, describe, expect, setSystemTime, test } from 'bun:test'
import { createPinia, setActivePinia } from 'pinia'
import { storage, writtenElsewhere } from '@/browser/page.fixture.ts'
import { useDrafts } from './drafts.ts'
import { useSession } from './session.ts'

const KEY = 'parley:draft:9:friend50'

describe('a draft', () => {
  beforeEach(() => {
    for (let index = storage.length - 1; index >= 0; index--)
      if (storage.key(index)?.startsWith('parley:draft:')) storage.removeItem(storage.key(index)!)
    storage.full = false
    setSystemTime(1_700_000_000_000)
    setActivePinia(createPinia())
  })

  test('is kept on the device as it is written, and there again for the next page', () => {
    const quote = { mid: 7, name: '小老鼠', text: '几点？' }
    const mentions = [{ uid: 50, name: '小老鼠' }]
    useDrafts().set('friend50', { text: '大概八', quote, mentions })
    setActivePinia(createPinia())
    expect(useDrafts().get('friend50')).toEqual({ text: '大概八', quote, mentions, at: 1_700_000_000_000 })
    expect(useDrafts().get('friend51')).toBeUndefined()
  })

  test('of another account is not seen', () => {
    storage.setItem('parley:draft:90:friend50', JSON.stringify({ text: 'not yours', at: 1 }))
    setActivePinia(createPinia())
    expect(useDrafts().byKey.size).toBe(0)
    writtenElsewhere('parley:draft:90:friend50', JSON.stringify({ text: 'not yours', at: 1 }))
    expect(useDrafts().byKey.size).toBe(0)
  })

  test('belongs to whoever has signed in meanwhile', () => {
    const [drafts, session] = [useDrafts(), useSession()]
    drafts.set('friend50', { text: '汤姆写的' })
    storage.setItem('parley:draft:90:friend51', JSON.stringify({ text: '杰瑞写的', at: 1 }))
    session.uid = 90
    expect([...drafts.byKey.keys()]).toEqual(['friend51'])
    drafts.set('friend50', { text: '杰瑞又写' })
    expect(storage.getItem('parley:draft:90:friend50')).toContain('杰瑞又写')
    session.uid = 9
    expect(drafts.get('friend50')?.text).toBe('汤姆写的')
  })

  test('that is empty is none, but a quote alone is one', () => {
    const drafts = useDrafts()
    drafts.set('friend50', { text: '你好' })
    drafts.set('friend50', { text: ' \n' })
    expect([drafts.get('friend50'), storage.getItem(KEY)]).toEqual([undefined, null])
    drafts.set('friend50', { text: '', quote: { mid: 7, name: '', text: '' } })
    expect(drafts.get('friend50')?.quote?.mid).toBe(7)
    // What is left out is gone.
    drafts.set('friend50', { text: '一' })
    expect(drafts.get('friend50')?.quote).toBeUndefined()
  })

  test('moves its chat when it is begun, and not at each letter', () => {
    const drafts = useDrafts()
    const at = () => drafts.get('friend50')!.at
    drafts.set('friend50', { text: '一' })
    setSystemTime(1_700_000_009_000)
    drafts.set('friend50', { text: '一二' })
    expect(at()).toBe(1_700_000_000_000)
    setSystemTime(1_700_000_010_000)
    drafts.set('friend50', { text: '一二三' })
    expect(at()).toBe(1_700_000_010_000)
  })

  test('is in step with other tabs', () => {
    const drafts = useDrafts()
    writtenElsewhere(KEY, JSON.stringify({ text: '那边写的', at: 5 }))
    expect(drafts.get('friend50')).toEqual({ text: '那边写的', at: 5 })
    writtenElsewhere('parley:preferences', '{}')
    writtenElsewhere(KEY, null)
    expect(drafts.get('friend50')).toBeUndefined()
    drafts.set('friend50', { text: '一' })
    writtenElsewhere(KEY, '{half')
    expect(drafts.get('friend50')).toBeUndefined()
  })

  test('has what an earlier page of this tab could not send, behind what is there', () => {
    const drafts = useDrafts()
    const sent = drafts.hold('friend50', '发出去了')
    drafts.hold('friend50', '配图的话')
    drafts.hold('group7', '很长的话')
    sent()
    drafts.set('friend50', { text: '还在写' })
    for (let page = 0; page < 2; page++) {
      setActivePinia(createPinia())
      expect(useDrafts().get('friend50')?.text).toBe('还在写\n配图的话')
      expect(useDrafts().get('group7')?.text).toBe('很长的话')
    }
  })

  test('lets go of a quote that is gone', () => {
    const drafts = useDrafts()
    const quote = { mid: 7, name: '小老鼠', text: '几点？' }
    drafts.set('friend50', { text: '大概八', quote })
    drafts.forgetQuote('friend50', 8)
    expect(drafts.get('friend50')?.quote).toEqual(quote)
    drafts.forgetQuote('friend50', 7)
    expect(drafts.get('friend50')).toMatchObject({ text: '大概八' })
    expect(drafts.get('friend50')?.quote).toBeUndefined()
    drafts.set('group7', { text: '', quote })
    drafts.forgetQuote('group7', 7)
    expect(drafts.get('group7')).toBeUndefined()
  })

  test('stays in the box where the device has no room', () => {
    const drafts = useDrafts()
    storage.full = true
    drafts.set('friend50', { text: '很长' })
    expect(drafts.get('friend50')?.text).toBe('很长')
  })
})
