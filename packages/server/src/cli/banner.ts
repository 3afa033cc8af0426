import type { Language } from '@parley/contract'
import { terminalLanguage } from './language.ts'

/** What a start has to tell. */
export interface Started {
  readonly version: string
  /** `http://host:port` on this machine. */
  readonly url: string
  readonly dataDir: string
  /** Whether there was no database before. */
  readonly isFirst: boolean
  /** The token of the first administrator's link; undefined once the site has an administrator. */
  readonly setupToken: string | undefined
  /** The file of the generated server key, while that key is good. */
  readonly keyFile: string | undefined
}

const TEXTS = {
  zh: {
    ready: (version: string, url: string) => `Parley ${version} 已启动：${url}`,
    admin: (link: string) => `  创建管理员：${link}`,
    adminMore: '  （链接只能使用一次；也可以设置 ADMIN_USERNAME 和 ADMIN_PASSWORD 后重启）',
    key: (file: string, url: string) => `  服务端密钥：${file}（用于 /api，接口文档：${url}/docs）`,
    docs: (url: string) => `  接口文档：${url}/docs`,
    data: (dataDir: string) => `  数据目录：${dataDir}（数据库、上传文件、密钥）`,
    stop: '  按 Ctrl+C 停止；npx parley --help 查看其他命令',
  },
  en: {
    ready: (version: string, url: string) => `Parley ${version} is ready: ${url}`,
    admin: (link: string) => `  Create the administrator: ${link}`,
    adminMore: '  (the link works once; or set ADMIN_USERNAME and ADMIN_PASSWORD and start again)',
    key: (file: string, url: string) => `  Server key: ${file} (for /api, see ${url}/docs)`,
    docs: (url: string) => `  API reference: ${url}/docs`,
    data: (dataDir: string) => `  Data: ${dataDir} (database, uploads, secrets)`,
    stop: '  Ctrl+C stops it; npx parley --help shows what else there is',
  },
} satisfies Record<Language, unknown>

/**
 * The lines that a start prints: all that a newcomer needs at the first, two or three later. `npm start` adds four of
 * its own, so six are the most.
 */
export function bannerLines(started: Started, language: Language = terminalLanguage()): string[] {
  const { version, url, dataDir, isFirst, setupToken, keyFile } = started
  const text = TEXTS[language]
  const link = setupToken === undefined ? [] : [text.admin(`${url}/setup?token=${setupToken}`)]
  if (!isFirst) return [text.ready(version, url), text.data(dataDir), ...link]
  return [
    text.ready(version, url),
    ...link,
    ...(setupToken === undefined ? [] : [text.adminMore]),
    keyFile === undefined ? text.docs(url) : text.key(keyFile, url),
    text.data(dataDir),
    text.stop,
  ]
}
