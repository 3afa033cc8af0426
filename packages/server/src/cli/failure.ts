import { AppError, type LocalText } from '@parley/contract'
import { ConfigError } from '../config.ts'
import { DatabaseError } from '../storage/index.ts'
import { say, terminalLanguage } from './language.ts'

/** A command cannot do what it was asked to. The text is one line that says what to do about it. */
export class CommandError extends Error {
  constructor(text: LocalText, cause?: unknown) {
    super(say(text), { cause })
    this.name = 'CommandError'
  }
}

/** What the system says about a file or a port, in words that people use. */
const SYSTEM_REASONS: Readonly<Record<string, LocalText>> = {
  EACCES: { zh: '没有权限', en: 'permission denied' },
  EPERM: { zh: '没有权限', en: 'permission denied' },
  EROFS: { zh: '只读的文件系统', en: 'the file system is read-only' },
  ENOSPC: { zh: '磁盘已满', en: 'the disk is full' },
  EDQUOT: { zh: '超出磁盘配额', en: 'the disk quota is used up' },
  ENOENT: { zh: '不存在', en: 'it does not exist' },
  ENOTDIR: { zh: '路径中有一部分是文件，不是文件夹', en: 'part of the path is a file, not a folder' },
  EEXIST: { zh: '已经有同名文件', en: 'a file of that name is in the way' },
  EISDIR: { zh: '是一个文件夹', en: 'it is a folder' },
  EIO: { zh: '磁盘读写错误', en: 'the disk reports an error' },
  ENAMETOOLONG: { zh: '名称过长', en: 'the name is too long' },
  ELOOP: { zh: '链接形成循环', en: 'links lead in a circle' },
}

/** Why a call of the system failed, for the end of a line; undefined for errors that did not come from the system. */
export function systemReason(error: unknown): string | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return undefined
  const known = SYSTEM_REASONS[code]
  return known ? say(known) : code
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/**
 * The line that tells people why a command failed. Stack traces are for developers: `LOG_LEVEL=debug` shows them
 * besides (see {@link failureDetails}).
 */
export function failureLine(error: unknown): string {
  if (error instanceof ConfigError || error instanceof CommandError) return oneLine(error.message)
  if (error instanceof AppError) return oneLine(error.text(terminalLanguage()))
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof DatabaseError) {
    return oneLine(say({ zh: `数据库出错：${message}`, en: `the database failed: ${message}` }))
  }
  return oneLine(
    say({
      zh: `意外错误：${message}（设置 LOG_LEVEL=debug 可查看详情）`,
      en: `unexpected error: ${message} (LOG_LEVEL=debug shows more)`,
    }),
  )
}

/** What a developer wants to know; undefined unless `LOG_LEVEL=debug`. */
export function failureDetails(error: unknown): string | undefined {
  if (process.env.LOG_LEVEL !== 'debug' || !(error instanceof Error)) return undefined
  return error.stack ?? error.message
}
