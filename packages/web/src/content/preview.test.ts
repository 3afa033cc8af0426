import { describe, expect, test } from 'bun:test'
import { previewText } from './preview.ts'

describe('the line that stands for a message', () => {
  test('names the kind in the language', () => {
    expect(previewText('![图片](/a.png#w=1&h=1)', 'zh-CN')).toBe('[图片]')
    expect(previewText('![图片](/a.png)', 'en')).toBe('[Photo]')
    expect(previewText('file[首页-第三版.pdf\t2.41 MB](/a.pdf)', 'zh-CN')).toBe('[文件] 首页-第三版.pdf')
  })

  test('tells how long a recording is, when that is known', () => {
    expect(previewText('voice(/a.wav#d=12.3)', 'zh-CN')).toBe('[语音] 12″')
    expect(previewText('voice(/a.wav#d=0.2)', 'en')).toBe('[Voice] 1″')
    expect(previewText('voice(/a.wav)', 'zh-CN')).toBe('[语音]')
  })

  test('says who', () => {
    expect(previewText('周末回来吃饭吗', 'zh-CN', { withName: '妈妈' })).toBe('妈妈：周末回来吃饭吗')
    expect(previewText('ok [表情0]', 'en', { withName: 'Zoe', max: 20 })).toBe('Zoe: ok 🙂')
  })
})
