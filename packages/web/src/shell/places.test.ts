import { describe, expect, test } from 'bun:test'
import { loadMatcher } from '@/people/matching.ts'
import type { Place } from '@/people/places.ts'
import { searchPlaces } from './places.ts'

const place = (id: number, name: string): Place => ({
  key: `friend${id}`,
  type: 'friend',
  id,
  name,
  names: [name],
  avatar: '',
})
const PLACES = [
  place(1, '小林'),
  place(2, '小老鼠'),
  place(3, '斯派克'),
  place(4, 'Nina'),
  place(5, '小老虎'),
]
const matcher = await loadMatcher()
const find = (text: string) => searchPlaces(PLACES, text, matcher).map(({ name }) => name)

describe('where somebody wants to go', () => {
  test('is found by letters of the name, its pinyin, or the initials', () => {
    expect(find('xls')).toEqual(['小老鼠'])
    expect(find('laohu')).toEqual(['小老虎'])
    expect(find(' NI ')).toEqual(['Nina'])
    expect(find('派')).toEqual(['斯派克'])
    expect(find('没有这个人')).toEqual([])
  })

  test('is found by another of its names, too', () => {
    const renamed = { ...place(6, '隔壁的老鼠'), names: ['隔壁的老鼠', 'Jerry'] }
    expect(searchPlaces([...PLACES, renamed], 'jer', matcher)).toEqual([renamed])
    expect(searchPlaces([...PLACES, renamed], 'gbd', matcher)).toEqual([renamed])
  })

  test('has the best first, and of equally good ones the most recent', () => {
    expect(find('小')).toEqual(['小林', '小老鼠', '小老虎'])
    expect(find('xl')).toEqual(['小林', '小老鼠', '小老虎'])
  })

  test('is one of the most recent while nothing is written', () => {
    expect(find('  ')).toEqual(PLACES.map(({ name }) => name))
    const many = Array.from({ length: 100 }, (_, id) => place(id, `小王 ${id}`))
    expect(searchPlaces(many, '', matcher).map(({ id }) => id)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ])
    expect(searchPlaces(many, 'xw', matcher).length).toBe(30)
  })
})
