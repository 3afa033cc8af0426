import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import icons from 'unplugin-icons/vite'
import { defineConfig } from 'vite'
import { compress } from './build/compress.ts'
import { emoji } from './build/emoji.ts'
import { serviceWorker } from './build/service-worker.ts'

/** Where `npm run dev -w @parley/web` finds the server. */
const SERVER = process.env.PARLEY_SERVER ?? 'http://localhost:6060'
const SERVER_PATHS = [
  ...['/api', '/web', '/h5', '/upload', '/avatar', '/app/', '/docs', '/setup', '/pages.css'],
  ...['/favicon.svg', '/manifest.webmanifest'],
]

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [
    vue(),
    tailwind(),
    icons({ compiler: 'vue3', scale: 1.25, defaultClass: 'icon' }),
    emoji(),
    serviceWorker(),
    compress(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    // Ours (src/i18n/compile.ts) knows what our texts use.
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'true',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    // The oldest browsers that know the styles that Tailwind writes.
    target: ['chrome111', 'edge111', 'firefox128', 'safari16.4'],
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    cssCodeSplit: true,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        // Few files, each of them large: a page asks for less, and what is compressed together is smaller.
        codeSplitting: {
          groups: [
            { name: 'vendor', tags: ['$initial'], test: /node_modules/, priority: 3 },
            { name: 'client', tags: ['$initial'], priority: 2 },
            {
              name: 'reka',
              test: /node_modules[\\/](reka-ui|@floating-ui|aria-hidden|@vueuse)[\\/]/,
              minShareCount: 2,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      SERVER_PATHS.map((path) => [path, { target: SERVER, changeOrigin: true, ws: path === '/app/' }]),
    ),
  },
})
