import { CommandError } from '../failure.ts'
import { say } from '../language.ts'
import { print } from '../output.ts'
import { formatTable } from '../table.ts'
import type { TableOutcome } from './copying.ts'

/** Enough of a checksum to compare by eye. */
const CHECKSUM_CHARACTERS = 16

interface Summary {
  readonly outcomes: readonly TableOutcome[]
  /** Texts in which a character had to be replaced. */
  readonly textsReplaced: number
  /** Whether a server went on writing to the source. */
  readonly serverAtWork: boolean
  readonly dataDir: string
  /** The target as people know it. */
  readonly name: string
}

/**
 * Prints what was moved, and what is to be done next.
 * @throws CommandError when a table is not the same on both sides
 */
export function summarize(summary: Summary): void {
  const { outcomes, textsReplaced, name } = summary
  printTable(outcomes)
  const different = outcomes.filter(({ same }) => !same).map(({ table }) => table)
  if (different.length > 0) {
    const tables = different.join(', ')
    throw new CommandError({
      zh: `${name} 中的 ${tables} 与来源不一致，可能有其他程序也在写入：请检查后重新运行`,
      en: `${tables} in ${name} differ from the source, as if something else wrote there, too: look for it and run this again`,
    })
  }
  print('')
  if (textsReplaced > 0) {
    print(
      say({
        zh: `${textsReplaced} 段文字含有 PostgreSQL 无法存储的字符 U+0000，已替换为 U+FFFD。`,
        en: `${textsReplaced} texts held the character U+0000, which PostgreSQL cannot store: it is U+FFFD there.`,
      }),
    )
  }
  printNext(summary)
}

function printTable(outcomes: readonly TableOutcome[]): void {
  const columns = [
    { heading: say({ zh: '表', en: 'TABLE' }) },
    { heading: say({ zh: '行数', en: 'ROWS' }), align: 'right' },
    { heading: say({ zh: '写入', en: 'WRITTEN' }), align: 'right' },
    { heading: say({ zh: '移除', en: 'REMOVED' }), align: 'right' },
    { heading: say({ zh: '校验和', en: 'CHECKSUM' }) },
    { heading: '' },
  ] as const
  const rows = outcomes.map(({ table, rows, written, removed, checksum, same }) => [
    table,
    String(rows),
    String(written),
    String(removed),
    checksum.slice(0, CHECKSUM_CHARACTERS),
    same ? say({ zh: '一致', en: 'verified' }) : say({ zh: '不一致', en: 'DIFFERS' }),
  ])
  for (const line of formatTable(columns, rows)) print(line)
}

function printNext({ serverAtWork, dataDir, name }: Summary): void {
  if (serverAtWork) {
    print(
      say({
        zh: `${name} 已与开始迁移时的站点一致。服务器仍在运行，此后写入的数据还不在其中。接下来：停止服务器，再次运行此命令（只写入有变化的部分），把 DATABASE_URL 设为该地址，启动服务器。`,
        en: `${name} is the site as it was when this began. A server is at work, and what it has written since is not there. Next: stop it, run this again (it writes only what has changed), set DATABASE_URL to the same address, start the server.`,
      }),
    )
  } else {
    print(
      say({
        zh: `${name} 已与站点一致。接下来：把 DATABASE_URL 设为该地址，启动服务器。`,
        en: `${name} is the same as the site. Next: set DATABASE_URL to the same address and start the server.`,
      }),
    )
  }
  print(
    say({
      zh: `上传的文件仍在 ${dataDir}，请保留该文件夹作为 DATA_DIR；也可用 parley migrate-files 复制到 S3 存储。`,
      en: `Uploads stay in ${dataDir}: keep that folder as DATA_DIR, or copy them to an S3 store with parley migrate-files.`,
    }),
  )
}
