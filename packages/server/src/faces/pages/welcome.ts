import type { Language } from '@parley/contract'
import { html } from 'hono/html'
import { page } from './layout.ts'

const TEXTS = {
  zh: {
    running: '服务已启动',
    intro: '聊天接口与实时推送已就绪。',
    missing: html`网页版尚未构建：请在 Parley 的文件夹中运行 <code>npm ci && npm run build</code>，然后重启服务。`,
    docs: '接口文档',
    health: '运行状态',
  },
  en: {
    running: 'The server is running',
    intro: 'The chat API and live push are ready.',
    missing: html`The web client is not built yet: run <code>npm ci && npm run build</code> in Parley’s folder and start the server again.`,
    docs: 'API reference',
    health: 'Health',
  },
} satisfies Record<Language, Record<string, unknown>>

/** What the site's pages show as long as the web client is not built. */
export function welcomePage(language: Language, siteName: string) {
  const t = TEXTS[language]
  return page(
    language,
    siteName,
    html`<h1>${siteName}</h1><p>${t.running}${language === 'zh' ? '，' : '. '}${t.intro}</p><p>${t.missing}</p>
<a class="button" href="/docs">${t.docs}</a><p class="links"><a href="/healthz">${t.health}</a></p>`,
  )
}
