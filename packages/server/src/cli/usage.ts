import type { LocalText } from '@parley/contract'
import { Command, type CommanderError, Help } from 'commander'
import { say } from './language.ts'

/*
 * Commander speaks English; these are its words for the two languages, and its errors as one line.
 */

const TITLES: Readonly<Record<string, LocalText>> = {
  'Usage:': { zh: '用法：', en: 'Usage:' },
  'Arguments:': { zh: '参数：', en: 'Arguments:' },
  'Options:': { zh: '选项：', en: 'Options:' },
  'Commands:': { zh: '命令：', en: 'Commands:' },
}

class LocalHelp extends Help {
  override styleTitle(title: string): string {
    const known = TITLES[title]
    return known ? say(known) : title
  }
}

/** What a command is for, with one example of its use. */
export interface CommandText {
  readonly summary: LocalText
  /** A line that works as it is; without the `$`. */
  readonly example: string
  /** A sentence or two that the one-line summary has no room for. */
  readonly more?: LocalText
}

/** A command whose help and errors are in the language of the terminal, and that never ends the process itself. */
class LocalCommand extends Command {
  override createCommand(name?: string): LocalCommand {
    return new LocalCommand(name)
  }

  override createHelp(): Help {
    return Object.assign(new LocalHelp(), this.configureHelp())
  }
}

/** The command `parley` itself, to which the others are added. */
export function createRoot(name: string): Command {
  return new LocalCommand(name)
    .exitOverride()
    .helpOption('-h, --help', say({ zh: '显示帮助', en: 'show this help' }))
    .helpCommand('help [command]', say({ zh: '显示某个命令的帮助', en: 'show the help of a command' }))
    .configureOutput({
      // Errors are thrown, and shown by whoever catches them.
      outputError: () => {},
    })
}

/** Adds a command with its summary and its example. Its arguments and options follow by the caller. */
export function addCommand(parent: Command, nameAndArguments: string, text: CommandText): Command {
  const command = parent
    .command(nameAndArguments)
    .summary(say(text.summary))
    .description(text.more ? `${say(text.summary)}\n${say(text.more)}` : say(text.summary))
    .helpOption('-h, --help', say({ zh: '显示帮助', en: 'show this help' }))
  return command.addHelpText('after', () => `\n${say({ zh: '例如：', en: 'Example:' })}\n  $ ${text.example}`)
}

/** Adds a command that only holds others (`user`, `key` …). */
export function addFolder(parent: Command, name: string, text: CommandText): Command {
  return addCommand(parent, name, text).helpCommand(false)
}

const quoted = (message: string, after: string): string =>
  new RegExp(`${after} '([^']*)'`).exec(message)?.[1] ?? ''

/** Commander's codes for what people mistype, in words; `subject` is what they typed. */
const MISTAKES: Readonly<Record<string, { after: string; text: (subject: string) => LocalText }>> = {
  'commander.unknownCommand': {
    after: 'unknown command',
    text: (subject) => ({ zh: `没有命令“${subject}”`, en: `there is no command "${subject}"` }),
  },
  'commander.unknownOption': {
    after: 'unknown option',
    text: (subject) => ({ zh: `没有选项 ${subject}`, en: `there is no option ${subject}` }),
  },
  'commander.missingArgument': {
    after: 'missing required argument',
    text: (subject) => ({ zh: `缺少参数 ${subject}`, en: `the argument ${subject} is missing` }),
  },
  'commander.missingMandatoryOptionValue': {
    after: 'required option',
    text: (subject) => ({ zh: `缺少选项 ${subject}`, en: `the option ${subject} is missing` }),
  },
  'commander.optionMissingArgument': {
    after: 'option',
    text: (subject) => ({ zh: `选项 ${subject} 缺少取值`, en: `the option ${subject} needs a value` }),
  },
  'commander.excessArguments': {
    after: '',
    text: () => ({ zh: '参数过多', en: 'there are too many arguments' }),
  },
}

/**
 * A mistyped command line as one line: what is wrong, what was probably meant, where the help is.
 * @param command the words of the command that was understood, such as `parley user`
 */
export function usageLine(error: CommanderError, command: string): string {
  const mistake = MISTAKES[error.code]
  const message = error.message.replace(/^error: /, '')
  const problem = mistake ? say(mistake.text(quoted(message, mistake.after))) : message.split('\n', 1)[0]!
  const meant = /\(Did you mean (?:one of )?(.*)\?\)/.exec(message)?.[1]
  const hint = meant
    ? say({ zh: `，是否想输入 ${meant}？`, en: `, did you mean ${meant}?` })
    : say({ zh: '。', en: '.' })
  const help = say({ zh: `运行 ${command} --help 查看帮助`, en: ` See ${command} --help` })
  return `${problem}${hint}${help}`
}
