import type { Language } from '@parley/contract'

/** The client's ground in the light theme (`--ground` in its tokens). */
const GROUND = '#f3f5f4'

/** What makes the client an app that can be installed, under the site's own name. */
export function manifestOf(name: string, language: Language) {
  return {
    id: '/',
    name,
    short_name: name,
    lang: language === 'zh' ? 'zh-CN' : 'en',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: GROUND,
    theme_color: GROUND,
    icons: [
      { src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' },
      { src: '/shell/icon-192.png', sizes: '192x192', type: 'image/png' },
      { src: '/shell/icon-512.png', sizes: '512x512', type: 'image/png' },
      { src: '/shell/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
    ],
  }
}
