import { expect, test } from 'bun:test'
import { bestMatches, loadMatcher, matchText, namesOf } from './matching.ts'

test('pinyin finds Chinese names, by initials, whole or mixed', async () => {
  const match = await loadMatcher()
  for (const query of ['xls', 'xiaolaoshu', 'laoshu', 'xiaols', 'XLS', 'xiao lao', '老鼠', 'ls'])
    expect([query, match('小老鼠', query) > 0]).toEqual([query, true])
  for (const query of ['xs', 'mao', 'sl', 'xlsx']) expect([query, match('小老鼠', query)]).toEqual([query, 0])
})

test('characters with several readings are found by each', async () => {
  const match = await loadMatcher()
  expect(match('重庆小面', 'cq')).toBeGreaterThan(0)
  expect(match('银行', 'yh')).toBeGreaterThan(0)
})

test('letters are found anywhere, however they are written', () => {
  expect(matchText('Zoe Martin', 'mart')).toBeGreaterThan(matchText('Smartie', 'mart'))
  expect(matchText('Zoe Martin', 'ZOE')).toBeGreaterThan(matchText('Zoe Martin', 'mart'))
  expect(matchText('ＡＢＣ', 'abc')).toBe(5)
  expect(matchText('Zoe', 'x')).toBe(0)
  expect(matchText('Zoe', ' ')).toBe(1)
})

test('the best stand first', async () => {
  const match = await loadMatcher()
  const names = ['李小林', '小林', '产品群', 'xl 测试']
  const own = (name: string) => [name]
  expect(bestMatches(names, 'xl', own, match)).toEqual(['xl 测试', '小林', '李小林'])
  const places = ['群聊(汤姆,小老鼠)', '小老鼠之家', '小老鼠']
  expect(bestMatches(places, 'xls', own, match)).toEqual(['小老鼠', '小老鼠之家', '群聊(汤姆,小老鼠)'])
  expect(bestMatches(names, '', own, match)).toEqual(names)
})

test('somebody is found by any of their names', async () => {
  const match = await loadMatcher()
  const people = [
    { remark: '隔壁的老鼠', nickname: 'Jerry', username: 'mouse7' },
    { remark: '', nickname: '汤姆', username: 'tom' },
    { remark: '老板', nickname: '林晓' },
  ]
  const find = (query: string) => bestMatches(people, query, namesOf, match).map(({ nickname }) => nickname)
  expect(find('gbd')).toEqual(['Jerry'])
  expect(find('jer')).toEqual(['Jerry'])
  expect(find('mouse')).toEqual(['Jerry'])
  expect(find('tom')).toEqual(['汤姆'])
  expect(find('lx')).toEqual(['林晓'])
  expect(find('spike')).toEqual([])
})
