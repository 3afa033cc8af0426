import type { Language } from '@parley/contract'
import { html } from 'hono/html'
import { page } from './layout.ts'

const TEXTS = {
  zh: { running: '服务已启动', intro: '聊天接口与实时推送已就绪。', docs: '接口文档', health: '运行状态' },
  en: {
    running: 'The server is running',
    intro: 'The chat API and live push are ready.',
    docs: 'API reference',
    health: 'Health',
  },
} satisfies Record<Language, Record<string, string>>

/** What the site's address shows as long as no client is installed with the server. */
export function welcomePage(language: Language, siteName: string) {
  const t = TEXTS[language]
  return page(
    language,
    siteName,
    html`<h1>${siteName}</h1><p>${t.running}${language === 'zh' ? '，' : '. '}${t.intro}</p>
<a class="button" href="/docs">${t.docs}</a><p class="links"><a href="/healthz">${t.health}</a></p>`,
  )
}
