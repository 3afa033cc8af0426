/* As much of s3rver as is used here. */

declare module 's3rver' {
  export default class S3rver {
    constructor(options: {
      address: string
      port: number
      directory: string
      silent: boolean
      configureBuckets: ReadonlyArray<{ name: string; configs: readonly string[] }>
    })
    run(): Promise<{ address: string; port: number }>
  }
}

declare module 's3rver/lib/stores/filesystem.js' {
  interface Kept {
    size: number
  }
  export default class FilesystemStore {
    getResourcePath(bucket: string, key: string | undefined, resource: string): string
    putObject(object: { bucket: string; key: string }): Promise<Kept>
    putPart(bucket: string, uploadId: string, partNumber: number, content: unknown): Promise<Kept>
  }
}
