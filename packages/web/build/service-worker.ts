import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Plugin, Rolldown } from 'vite'

const SOURCE = fileURLToPath(new URL('./service-worker.js', import.meta.url))
/** What is loaded on demand only, and is larger: it is kept once it was used. */
const BYTES_MAX = 200_000

/** The scripts without which no page is drawn. */
function alwaysLoaded(bundle: Rolldown.OutputBundle): Set<string> {
  const names = new Set<string>()
  const add = (name: string): void => {
    const file = bundle[name]
    if (names.has(name) || file?.type !== 'chunk') return
    names.add(name)
    for (const imported of file.imports) add(imported)
  }
  for (const file of Object.values(bundle)) if (file.type === 'chunk' && file.isEntry) add(file.fileName)
  return names
}

/** Makes `/sw.js`: build/service-worker.js with the names of what it is to keep on the device. */
export function serviceWorker(): Plugin {
  return {
    name: 'parley-service-worker',
    apply: 'build',
    async generateBundle(_, bundle) {
      const always = alwaysLoaded(bundle)
      const size = (file: Rolldown.OutputAsset | Rolldown.OutputChunk) =>
        (file.type === 'chunk' ? file.code : file.source).length
      const files = Object.values(bundle)
        .filter(({ fileName }) => /\.(js|css)$/.test(fileName))
        .filter((file) => always.has(file.fileName) || size(file) < BYTES_MAX)
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
