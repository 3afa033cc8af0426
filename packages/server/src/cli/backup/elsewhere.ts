import type { S3Config } from '../../config.ts'
import { say } from '../language.ts'

/** Says of a site whose uploads lie in a bucket that a backup has nothing to do with them. */
export const uploadsElsewhere = ({ bucket }: Pick<S3Config, 'bucket'>): string =>
  say({
    zh: `桶 "${bucket}" 中的上传文件不在备份之内：请使用存储自身的版本控制或复制功能。`,
    en: `Uploads in the bucket "${bucket}" are not part of it: use the store's own versioning or replication.`,
  })
