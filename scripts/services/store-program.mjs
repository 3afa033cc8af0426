// @ts-check
// s3rver as a program: `store-program.mjs FOLDER BUCKET PORT`.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import S3rver from 's3rver'
import FilesystemStore from 's3rver/lib/stores/filesystem.js'

const LOOK_MS = 1

/**
 * @param {string} path
 * @param {number} size
 */
async function written(path, size) {
  while (!existsSync(path) || statSync(path).size < size)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}

/** It answers before what it was sent is in its file, which no real store does: here it waits. */
function makeDurable() {
  const { putObject, putPart } = FilesystemStore.prototype
  /** @param {{ bucket: string, key: string }} object */
  FilesystemStore.prototype.putObject = async function (object) {
    const kept = await putObject.call(this, object)
    await written(this.getResourcePath(object.bucket, object.key, 'object'), kept.size)
    return kept
  }
  /** @param {string} bucket @param {string} uploadId @param {number} number @param {unknown} content */
  FilesystemStore.prototype.putPart = async function (bucket, uploadId, number, content) {
    const kept = await putPart.call(this, bucket, uploadId, number, content)
    const folder = join(this.getResourcePath(bucket, undefined, 'uploads'), uploadId)
    await written(join(folder, String(number)), kept.size)
    return kept
  }
}

const [, , directory = '', bucket = '', port = ''] = process.argv
makeDurable()
const configureBuckets = [{ name: bucket, configs: [] }]
await new S3rver({
  address: '127.0.0.1',
  port: Number(port),
  directory,
  silent: true,
  configureBuckets,
}).run()
