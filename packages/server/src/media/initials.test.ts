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
