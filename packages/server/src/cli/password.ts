import { newPassword } from '@parley/contract'
import { CommandError } from './failure.ts'
import { say } from './language.ts'
import { remarkRaw } from './output.ts'

const ENTER = /[\r\n]/
const CONTROL_C = '\u0003'
const CONTROL_D = '\u0004'
const BACKSPACE = /[\u007f\b]/

const PASSWORD = newPassword()

/** What an interrupted prompt ends the process with, as the shell has it: 128 + SIGINT. */
const INTERRUPTED_EXIT_CODE = 130

/**
 * A new password: from standard input, or asked for twice without showing it. Never from the command's arguments,
 * which every user of the machine can read.
 * @throws CommandError when it may not be a password, the two differ, or there is nobody to ask
 */
export async function readNewPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return checked((await Bun.stdin.text()).replace(/\r?\n$/, ''))
  if (!process.stdin.isTTY) {
    throw new CommandError({
      zh: '需要密码：请在终端中运行，或用 --password-stdin 从标准输入读取',
      en: 'a password is needed: run this in a terminal, or use --password-stdin and pipe it in',
    })
  }
  const password = checked(await prompt(say({ zh: '密码：', en: 'Password: ' })))
  const again = await prompt(say({ zh: '再输一次：', en: 'Once more: ' }))
  if (again === password) return password
  throw new CommandError({ zh: '两次输入的密码不一致', en: 'the two passwords differ' })
}

function checked(password: string): string {
  if (PASSWORD.safeParse(password).success) return password
  throw new CommandError({ zh: '密码应为 6 到 128 个字符', en: 'a password has 6 to 128 characters' })
}

/** Asks on the terminal and reads a line that is not shown. */
function prompt(question: string): Promise<string> {
  const { stdin } = process
  // Before the question: who types fast must not see it either.
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  remarkRaw(question)
  return new Promise((resolve) => {
    let typed = ''
    const finish = () => {
      stdin.off('data', read)
      stdin.setRawMode(false)
      stdin.pause()
      remarkRaw('\n')
    }
    const read = (chunk: string) => {
      for (const character of chunk) {
        if (ENTER.test(character) || character === CONTROL_D) {
          finish()
          return resolve(typed)
        }
        if (character === CONTROL_C) {
          finish()
          process.exit(INTERRUPTED_EXIT_CODE)
        }
        typed = BACKSPACE.test(character) ? [...typed].slice(0, -1).join('') : typed + character
      }
    }
    stdin.on('data', read)
  })
}
