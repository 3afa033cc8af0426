import type { Config } from '../config.ts'
import type { FileStore } from './files.ts'
import { LocalFileStore } from './local-files.ts'
import { S3FileStore } from './s3/index.ts'

/**
 * The store that the configuration names: a bucket, which is asked whether it can be used, or the data folder.
 * @throws StoreError when the bucket cannot be used
 */
export async function openFileStore({ s3, dataDir }: Pick<Config, 's3' | 'dataDir'>): Promise<FileStore> {
  if (!s3) return new LocalFileStore(dataDir)
  const store = new S3FileStore(s3)
  await store.check()
  return store
}
