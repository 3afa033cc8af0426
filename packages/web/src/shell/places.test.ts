import { describe, expect, test } from 'bun:test'
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
const find = async (text: string) => (await searchPlaces(PLACES, text)).map(({ name }) => name)

describe('where somebody wants to go', () => {
  test('is found by letters of the name, its pinyin, or the initials', async () => {
    expect(await find('xls')).toEqual(['小老鼠'])
    expect(await find('laohu')).toEqual(['小老虎'])
    expect(await find(' NI ')).toEqual(['Nina'])
    expect(await find('派')).toEqual(['斯派克'])
    expect(await find('没有这个人')).toEqual([])
  })

  test('is found by another of its names, too', async () => {
    const renamed = { ...place(6, '隔壁的老鼠'), names: ['隔壁的老鼠', 'Jerry'] }
    expect(await searchPlaces([...PLACES, renamed], 'jer')).toEqual([renamed])
    expect(await searchPlaces([...PLACES, renamed], 'gbd')).toEqual([renamed])
  })

  test('has the best first, and of equally good ones the most recent', async () => {
    expect(await find('小')).toEqual(['小林', '小老鼠', '小老虎'])
    expect(await find('xl')).toEqual(['小林', '小老鼠', '小老虎'])
  })

  test('is one of the most recent while nothing is written', async () => {
    expect(await find('  ')).toEqual(PLACES.map(({ name }) => name))
    const many = Array.from({ length: 100 }, (_, id) => place(id, `小王 ${id}`))
    expect((await searchPlaces(many, '')).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect((await searchPlaces(many, 'xw')).length).toBe(30)
  })
})
