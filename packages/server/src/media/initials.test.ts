import { expect, test } from 'bun:test'
import { initialOf } from './initials.ts'

test.each([
  ['Tom', 'T'],
  ['zoe', 'Z'],
  ['  anna', 'A'],
  ['Éric', 'E'],
  ['ångström', 'A'],
  ['Ｔｏｍ', 'T'],
  ['张三', 'Z'],
  ['李', 'L'],
  ['王老师', 'W'],
  ['產品', 'C'],
  ['重庆火锅店', 'C'],
  ['长江', 'C'],
  ['阿杰', 'A'],
  ['𠮷野家', '#'],
  ['', '#'],
  ['123', '#'],
  ['😀', '#'],
  ['「林」', '#'],
  ['さくら', '#'],
  ['김', '#'],
  ['Ж', '#'],
  ['_x', '#'],
  ['\u{d800}', '#'],
])('%s is filed under %s', (name, letter) => {
  expect(initialOf(name)).toBe(letter)
})

test.each([
  ['曾国藩', 'Z'],
  ['单雄信', 'S'],
  ['解珍', 'X'],
  ['仇英', 'Q'],
  ['朴树', 'P'],
  ['尉迟恭', 'Y'],
  ['万俟卨', 'M'],
  ['查良镛', 'Z'],
])('the surname of %s is read as %s', (name, letter) => {
  expect(initialOf(name)).toBe(letter)
})

test('filing 5,000 different names takes no noticeable time', () => {
  const surnames = '王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曾单解'
  const given = '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建文辉力'
  const names = Array.from(
    { length: 5000 },
    (_, i) => surnames[i % 32]! + given[i % 29]! + given[Math.floor(i / 32) % 29]! + given[i % 7]!,
  )
  expect(new Set(names).size).toBe(5000)
  const start = performance.now()
  for (const name of names) initialOf(name)
  expect(performance.now() - start).toBeLessThan(200)
})
