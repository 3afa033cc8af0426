import type { Language } from '@parley/contract'
import { html } from 'hono/html'
import { page } from './layout.ts'

const TEXTS = {
  zh: {
    title: '创建管理员',
    intro: '这是本站的第一个管理员账号，链接只能使用一次。',
    username: '用户名（字母和数字）',
    password: '密码（至少 6 位）',
    submit: '创建',
    used: '此链接无效或已使用。',
    usedMore: '请在服务器上运行 npx parley admin add 创建管理员。',
    done: '管理员已创建',
    doneMore: '现在可以登录了。',
    open: '打开',
    failed: '请求失败，请重试',
    docs: '接口文档',
  },
  en: {
    title: 'Create the administrator',
    intro: 'This becomes the site’s first administrator. The link works once.',
    username: 'Username (letters and digits)',
    password: 'Password (6 characters or more)',
    submit: 'Create',
    used: 'This link is wrong or has been used.',
    usedMore: 'Run npx parley admin add on the server to create an administrator.',
    done: 'The administrator is created',
    doneMore: 'You can sign in now.',
    open: 'Open the site',
    failed: 'The request failed, try again',
    docs: 'API reference',
  },
} satisfies Record<Language, Record<string, string>>

/** The page behind the one-time link that the first start prints. */
export function setupPage(language: Language, token: string, usable: boolean) {
  const t = TEXTS[language]
  if (!usable) return page(language, t.title, html`<h1>${t.used}</h1><p>${t.usedMore}</p>`)
  return page(
    language,
    t.title,
    html`<form id="setup" data-failed="${t.failed}">
<h1>${t.title}</h1><p>${t.intro}</p>
<input type="hidden" name="token" value="${token}"><input type="hidden" name="lang" value="${language}">
<label for="username">${t.username}</label>
<input id="username" name="username" autocomplete="username" required pattern="[A-Za-z0-9]{1,60}" autofocus>
<label for="password">${t.password}</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="6" maxlength="128">
<p role="alert"></p>
<button>${t.submit}</button>
</form>
<div id="done" hidden><h1>${t.done}</h1><p>${t.doneMore}</p><a class="button" href="/">${t.open}</a><p class="links"><a href="/docs">${t.docs}</a></p></div>`,
    '/setup.js',
  )
}
