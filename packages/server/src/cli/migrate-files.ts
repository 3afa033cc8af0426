import { stat } from 'node:fs/promises'
import { AppError } from '@parley/contract'
import type { Config } from '../config.ts'
import { formatSize, kindOfPath, S3FileStore, StoreError } from '../media/index.ts'
import { type Source, uploadsOf } from './backup/archive.ts'
import { CommandError } from './failure.ts'
import { fileStoreFailure, requireS3 } from './file-store.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { startProgress } from './progress.ts'
import { commandConfig } from './site.ts'

/** Files on their way at once: a small one is mostly waiting. */
const AT_ONCE = 4

interface Counts {
  copied: number
  /** Of what was copied. */
  bytes: number
  present: number
}

/**
 * `parley migrate-files`: copies the uploads of the data folder into the bucket, all that are not there in their size.
 * Changes nothing in the data folder, and may be repeated: a copy that broke off goes on, and what has come since is
 * added.
 */
export async function migrateFiles(): Promise<void> {
  const config = commandConfig()
  const store = new S3FileStore(requireS3(config))
  const counts: Counts = { copied: 0, bytes: 0, present: 0 }
  try {
    await store.check()
    await copyAll(config.dataDir, store, counts)
  } catch (error) {
    throw failureOf(config, error, counts)
  }
  const { copied, present } = counts
  const size = formatSize(counts.bytes)
  print(
    say({
      zh: `已复制 ${copied} 个文件（${size}）到存储，${present} 个已存在，大小均已核对。`,
      en: `Copied ${copied} files (${size}) to the store; ${present} were there already. All sizes are verified.`,
    }),
  )
}

async function copyAll(dataDir: string, store: S3FileStore, counts: Counts): Promise<void> {
  let total = 0
  for await (const _ of uploadsOf(dataDir)) total++
  const progress = startProgress()
  // All take from this one, each its next file.
  const files = uploadsOf(dataDir)
  let failure: { error: unknown } | undefined
  const work = async () => {
    for (let next = await files.next(); !next.done && !failure; next = await files.next()) {
      await copyMissing(store, next.value, counts)
      const done = counts.copied + counts.present
      progress.update(
        say({ zh: `正在复制：${done}/${total} 个文件`, en: `Copying: ${done} of ${total} files` }),
        done / total,
      )
    }
  }
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => {
      failure ??= { error }
    }),
  )
  await Promise.all(workers)
  progress.end()
  if (failure) throw failure.error
}

async function copyMissing(
  store: S3FileStore,
  { name, path: source }: Source,
  counts: Counts,
): Promise<void> {
  const path = `/${name}`
  const { size } = await stat(source)
  if ((await store.open(path))?.size === size) {
    counts.present++
    return
  }
  await store.copy(path, source, { mime: kindOfPath(path).mime })
  const kept = (await store.open(path))?.size
  if (kept !== size) {
    throw new CommandError({
      zh: `存储中的 ${path} 应有 ${size} 字节，实际为 ${kept ?? 0} 字节`,
      en: `${path} has ${size} bytes, but ${kept ?? 0} in the store`,
    })
  }
  counts.copied++
  counts.bytes += size
}

/** Before the first file: what to set otherwise. Later: how far it came, and that it goes on from there. */
function failureOf(config: Config, error: unknown, { copied, present }: Counts): unknown {
  const cause = error instanceof AppError ? error.cause : error
  if (!(cause instanceof StoreError)) return error
  const failure = fileStoreFailure(config, cause)
  if (copied + present === 0) return failure
  return new CommandError(
    {
      zh: `复制中断，已有 ${copied + present} 个文件在存储中，重新运行即可继续：${failure.message}`,
      en: `copying broke off with ${copied + present} files in the store, and goes on when run again: ${failure.message}`,
    },
    cause,
  )
}
