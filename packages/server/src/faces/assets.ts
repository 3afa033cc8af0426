import { fileURLToPath } from 'node:url'

const own = (name: string) => fileURLToPath(new URL(`./pages/assets/${name}`, import.meta.url))
const swagger = (name: string) => fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))

/** The fixed files behind the server's own pages, by address. All of them come from this machine. */
export const ASSETS: ReadonlyMap<string, { file: string; type: string }> = new Map([
  ['/favicon.svg', { file: own('favicon.svg'), type: 'image/svg+xml' }],
  ['/pages.css', { file: own('pages.css'), type: 'text/css; charset=utf-8' }],
  ['/setup.js', { file: own('setup.js'), type: 'text/javascript; charset=utf-8' }],
  ['/docs/reference.js', { file: own('reference.js'), type: 'text/javascript; charset=utf-8' }],
  ['/docs/swagger-ui.css', { file: swagger('swagger-ui.css'), type: 'text/css; charset=utf-8' }],
  [
    '/docs/swagger-ui-bundle.js',
    { file: swagger('swagger-ui-bundle.js'), type: 'text/javascript; charset=utf-8' },
  ],
])
