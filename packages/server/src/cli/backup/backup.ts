import { existsSync, rmSync, statSync } from 'node:fs'
import { open, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import manifest from '../../../package.json'
import type { Config } from '../../config.ts'
import { formatSize } from '../../media/index.ts'
import { DATABASE_FILE } from '../../storage/index.ts'
import { CommandError, systemReason } from '../failure.ts'
import { interruptible } from '../interruptions.ts'
import { say } from '../language.ts'
import { print } from '../output.ts'
import { startProgress } from '../progress.ts'
import { commandConfig, databaseFailure, databaseFile, requireDatabase, requireSqlite } from '../site.ts'
import { FORMAT, SMALL_FILES, type Source, uploadsOf, writeArchive } from './archive.ts'
import { syncFolder } from './durable.ts'
import { uploadsElsewhere } from './elsewhere.ts'
import { checkDatabase, copyDatabase } from './snapshot.ts'

const PRIVATE_MODE = 0o600

/** `parley backup FILE`: everything a site consists of, at one moment, whether a server runs or not. */
export async function backup(file: string, { force }: { force?: true }): Promise<void> {
  const config = commandConfig()
  requireSqlite(config)
  requireDatabase(config)
  const target = resolve(file)
  requireTarget(target, force === true)
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  const copy = `${beside}.sqlite`
  const cleanUp = () => {
    rmSync(beside, { force: true })
    rmSync(copy, { force: true })
  }
  const files = await interruptible(cleanUp, async () => {
    try {
      await snapshot(config, copy)
      const packed = await pack(config.dataDir, copy, beside)
      await rename(beside, target)
      await syncFolder(dirname(target))
      return packed
    } catch (error) {
      throw withoutSystemWords(target, error)
    } finally {
      cleanUp()
    }
  })
  const size = formatSize(statSync(target).size)
  print(
    say({
      zh: `已备份到 ${target}（${size}，含 ${files} 个文件）。其中有密钥，请妥善保管。`,
      en: `Backed up to ${target} (${size}, ${files} files). It holds secrets: keep it safe.`,
    }),
  )
  if (config.s3) print(uploadsElsewhere(config.s3))
}

function requireTarget(target: string, force: boolean): void {
  if (existsSync(target) && (!force || statSync(target).isDirectory())) {
    throw new CommandError({
      zh: `${target} 已存在：请换一个名称，或用 --force 覆盖`,
      en: `${target} is there already: choose another name, or use --force to replace it`,
    })
  }
  if (existsSync(dirname(target))) return
  throw new CommandError({
    zh: `文件夹 ${dirname(target)} 不存在`,
    en: `the folder ${dirname(target)} does not exist`,
  })
}

async function snapshot(config: Config, copy: string): Promise<void> {
  const database = databaseFile(config.dataDir)
  // SQLite would make the file readable for everybody; an empty one it takes as it is.
  await writeFile(copy, '', { flag: 'wx', mode: PRIVATE_MODE })
  const progress = startProgress()
  try {
    progress.update(say({ zh: '正在复制数据库', en: 'Copying the database' }))
    copyDatabase(database, copy)
  } catch (error) {
    throw databaseFailure(config, error)
  } finally {
    progress.end()
  }
  checkDatabase(copy, database)
}

/** @returns how many files went in */
async function pack(dataDir: string, copy: string, beside: string): Promise<number> {
  // The database first: whatever it mentions is on the disk by now, and newer uploads do no harm.
  async function* sources(): AsyncGenerator<Source> {
    yield { name: DATABASE_FILE, path: copy }
    for (const name of SMALL_FILES) yield { name, path: join(dataDir, name) }
    yield* uploadsOf(dataDir)
  }
  const note = { format: FORMAT, version: manifest.version, created_at: new Date().toISOString() }
  const archive = await open(beside, 'wx', PRIVATE_MODE)
  const progress = startProgress()
  let files = 0
  let bytes = 0
  try {
    await writeArchive(archive, note, sources(), (added) => {
      files++
      bytes += added
      const done = formatSize(bytes)
      progress.update(
        say({ zh: `正在打包：${files} 个文件，${done}`, en: `Packing: ${files} files, ${done}` }),
      )
    })
  } finally {
    progress.end()
    await archive.close()
  }
  return files
}

function withoutSystemWords(target: string, error: unknown): unknown {
  const reason = systemReason(error)
  if (reason === undefined) return error
  return new CommandError(
    { zh: `无法写入 ${target}（${reason}）`, en: `${target} cannot be written (${reason})` },
    error,
  )
}
