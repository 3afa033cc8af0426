import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** A folder like the one that the client's build makes, with little in it. */
export interface BuiltClient {
  readonly folder: string
  remove(): Promise<void>
}

/** The one page of a {@link makeClient}. */
export const PAGE = `<!doctype html><title>made up</title><script src="/assets/app-0123abcd.js"></script>`
/** Its script. */
export const SCRIPT = 'console.log("猫".repeat(3));\n'.repeat(100)

const FILES: Record<string, string> = {
  'index.html': PAGE,
  'sw.js': 'self.skipWaiting()',
  'assets/app-0123abcd.js': SCRIPT,
  'assets/tone-0123abcd.mp3': 'not really',
  'shell/icon-192.png': 'a picture',
}
const COMPRESSED = ['index.html', 'assets/app-0123abcd.js']

/** Makes such a folder; the sites that are started on it read it at their start. */
export async function makeClient(): Promise<BuiltClient> {
  const outer = await mkdtemp(join(tmpdir(), 'parley-client-'))
  const folder = join(outer, 'dist')
  const write = async (name: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  for (const [name, content] of Object.entries(FILES)) await write(name, content)
  for (const name of COMPRESSED) {
    await write(`${name}.br`, brotliCompressSync(FILES[name]!))
    await write(`${name}.gz`, gzipSync(FILES[name]!))
  }
  return { folder, remove: () => rm(outer, { recursive: true, force: true }) }
}
