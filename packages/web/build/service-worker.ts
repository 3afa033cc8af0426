import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const SOURCE = fileURLToPath(new URL('./service-worker.js', import.meta.url))
/** What is loaded on demand only, and is large: it is kept once it was used. */
const BYTES_MAX = 200_000

/** Makes `/sw.js`: build/service-worker.js with the names of what it is to keep on the device. */
export function serviceWorker(): Plugin {
  return {
    name: 'parley-service-worker',
    apply: 'build',
    async generateBundle(_, bundle) {
      const files = Object.values(bundle)
        .filter(({ fileName }) => /\.(js|css)$/.test(fileName))
        .filter((file) => (file.type === 'chunk' ? file.code : file.source).length < BYTES_MAX)
        .map(({ fileName }) => `/${fileName}`)
        .sort()
      const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 12)
      const source = (await readFile(SOURCE, 'utf8'))
        .replace('/* FILES */', files.map((file) => JSON.stringify(file)).join(', '))
        .replace('/* VERSION */', version)
      this.emitFile({ type: 'asset', fileName: 'sw.js', source })
    },
  }
}
