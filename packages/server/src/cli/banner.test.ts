import { describe, expect, test } from 'bun:test'
import { bannerLines } from './banner.ts'
import { terminalLanguage } from './language.ts'

const started = {
  version: '1.2.3',
  url: 'http://localhost:6060',
  dataDir: '/srv/parley',
  isFirst: true,
  setupToken: 'pa_token',
  keyFile: '/srv/parley/server.key',
}

describe('the lines of a start', () => {
  test.each(['zh', 'en'] as const)('the first says all that a newcomer needs (%s)', (language) => {
    const lines = bannerLines(started, language)
    expect(lines.length).toBeLessThanOrEqual(6)
    const text = lines.join('\n')
    for (const part of [
      'http://localhost:6060/setup?token=pa_token',
      'ADMIN_USERNAME',
      'ADMIN_PASSWORD',
      '/srv/parley/server.key',
      '/docs',
    ]) {
      expect(text).toContain(part)
    }
  })

  test('a later one is short', () => {
    const later = { ...started, isFirst: false }
    expect(bannerLines(later, 'en')).toHaveLength(3)
    expect(bannerLines({ ...later, setupToken: undefined }, 'en')).toEqual([
      'Parley 1.2.3 is ready: http://localhost:6060',
      '  Data: /srv/parley (database, uploads, secrets)',
    ])
  })

  test('with an administrator and a key from outside it speaks of neither', () => {
    const text = bannerLines({ ...started, setupToken: undefined, keyFile: undefined }, 'en').join('\n')
    expect(text).not.toMatch(/administrator|Server key|ADMIN_/)
  })
})

describe('the language of the terminal', () => {
  test.each([
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'ZH_tw' }, 'zh'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
    [{ LANG: 'C', LC_MESSAGES: 'zh_CN' }, 'zh'],
    [{ LANG: 'zh_CN', LC_ALL: '' }, 'zh'],
  ] as const)('%o → %s', (env, language) => {
    expect(terminalLanguage(env)).toBe(language)
  })
})
