import { describe, expect, test } from 'bun:test'
import { parley } from '../command.ts'

/* What the command line says about itself. */

const COMMANDS = [
  'start',
  'migrate',
  'config',
  'backup',
  'restore',
  'migrate-data',
  'migrate-files',
  'demo',
  'user add',
  'user list',
  'user password',
  'user disable',
  'user enable',
  'admin add',
  'key add',
  'key list',
  'key revoke',
]

describe('help', () => {
  test('of parley itself names every command', async () => {
    const { code, stdout } = await parley(['--help'])
    expect(code).toBe(0)
    for (const name of new Set(COMMANDS.map((command) => command.split(' ')[0]!))) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    }
  })

  test('of each command has what it is for and one example', async () => {
    const outcomes = await Promise.all(COMMANDS.map((command) => parley([...command.split(' '), '--help'])))
    for (const [index, { code, stdout, stderr }] of outcomes.entries()) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`Usage: parley ${COMMANDS[index]}`)
      expect(stdout).toMatch(new RegExp(`\\nExample:\\n  \\$ .*parley ${COMMANDS[index]}.*\\n$`))
    }
  }, 300_000)

  test('is in Chinese where the terminal is', async () => {
    const { stdout } = await parley(['user', 'list', '--help'], { LANG: 'zh_CN.UTF-8' })
    for (const word of ['用法：', '选项：', '列出账号', '例如：', '显示帮助']) expect(stdout).toContain(word)
    expect(stdout).not.toMatch(/Usage|Options|Arguments|Example|display/)
  })

  test('is what a command of commands shows alone, and that counts as a mistake', async () => {
    const { code, stderr } = await parley(['user'])
    expect(code).toBe(1)
    expect(stderr).toContain('Usage: parley user')
  })

  test('names the version', async () => {
    expect((await parley(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a mistyped command line', () => {
  test.each([
    [['strat'], 'there is no command "strat", did you mean start? See parley --help'],
    [['user', 'lst'], 'there is no command "lst", did you mean list? See parley user --help'],
    [['frobnicate'], 'there is no command "frobnicate". See parley --help'],
    [
      ['user', 'list', '--jsno'],
      'there is no option --jsno, did you mean --json? See parley user list --help',
    ],
    [['user', 'add'], 'the argument username is missing. See parley user add --help'],
    [['backup', 'one', 'two'], 'there are too many arguments. See parley backup --help'],
    [['user', 'list', '--limit'], 'the option --limit <count> needs a value. See parley user list --help'],
  ])('%o', async (args, line) => {
    expect(await parley(args)).toEqual({ code: 1, stdout: '', stderr: `parley: ${line}\n` })
  })

  test('is answered in Chinese where the terminal is', async () => {
    const { stderr } = await parley(['key', 'lst'], { LANG: 'zh_CN.UTF-8' })
    expect(stderr).toBe('parley: 没有命令“lst”，是否想输入 list？运行 parley key --help 查看帮助\n')
  })
})

describe('parley config', () => {
  test('shows what is in force and masks secrets', async () => {
    const env = { PORT: '7000', API_KEY: 'key-with-sixteen-characters', DATA_DIR: '/srv/parley' }
    const { code, stdout } = await parley(['config'], env)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^PORT +7000 +environment /m)
    expect(stdout).toMatch(/^DATA_DIR +\/srv\/parley +environment /m)
    expect(stdout).not.toContain(env.API_KEY)
    const lines = JSON.parse((await parley(['config', '--json'], env)).stdout) as { variable: string }[]
    expect(lines.find(({ variable }) => variable === 'API_KEY')).toMatchObject({ source: 'environment' })
    expect(JSON.stringify(lines)).not.toContain(env.API_KEY)
  })
})
