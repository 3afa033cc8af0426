/*
 * The pictures of docs/pictures, which the README shows: `npm run pictures`. Ten pages of the demo site in two sizes and two
 * themes, by the built pages and a real browser.
 */
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { SIZES, Stage } from './stage.ts'

const FOLDER = fileURLToPath(new URL('../docs/pictures', import.meta.url))
const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url))
/** Small enough for a page of documentation, sharp enough to read names by, px. */
const WIDTHS = { desktop: 1080, phone: 390 } as const
const QUALITY = 74
const WHO = 'linxiaoyu'

interface Shot {
  name: string
  path: string
}

async function fillDemo(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-pictures-'))
  const child = Bun.spawn([process.execPath, MAIN, 'demo', '--password-stdin'], {
    env: { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    stdin: new TextEncoder().encode('only-for-pictures\n'),
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error('the demo site could not be made')
  return dataDir
}

/** The addresses of the ten pages: what is where depends on the demo. */
async function shotsOf(stage: Stage, uid: number): Promise<Shot[]> {
  const home = await stage.site.api(uid).ok('pop/get')
  const group = (name: string) => home.group.find((one: { name: string }) => one.name === name).gid
  const uidOf = async (username: string) => (await stage.site.api(uid).ok('user/getbyname', { username })).uid
  const [hao, emma, shop] = await Promise.all(['chenhao', 'emma', 'qingshu'].map(uidOf))
  return [
    { name: 'signin', path: '/signin' },
    { name: 'group', path: `/chat/group/${group('周末徒步小分队')}` },
    { name: 'friend', path: `/chat/friend/${hao}` },
    { name: 'english', path: `/chat/friend/${emma}` },
    { name: 'service', path: `/chat/friend/${shop}` },
    { name: 'chats', path: '/chats' },
    { name: 'contacts', path: '/contacts' },
    { name: 'requests', path: '/contacts/requests' },
    { name: 'person', path: `/person/${hao}` },
    { name: 'settings', path: '/me/general' },
  ]
}

/** Runs in the page: nothing of what is seen is on its way. */
function isThere(): boolean {
  const inSight = (element: Element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect()
    return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && element.checkVisibility()
  }
  const pictures = [...document.images].filter(inSight)
  const skeletons = [...document.querySelectorAll('.animate-breathe')]
  return (
    pictures.every(({ complete }) => complete) &&
    !skeletons.some((one) => one.checkVisibility({ visibilityProperty: true }))
  )
}

async function take(stage: Stage, { name, path }: Shot, uid: number): Promise<void> {
  const { users, sessions } = stage.site.services
  const { username, nickname } = await users.require(uid)
  const token = await sessions.start(uid, { device: 'pictures', address: '127.0.0.1' })
  const user = name === 'signin' ? undefined : { uid, username, nickname, token }
  for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
    for (const theme of ['light', 'dark'] as const) {
      const { open, page } = await stage.person(user, { size, theme, locale: 'zh-CN' })
      await open(path)
      await page.waitForLoadState('networkidle')
      await page.evaluate(() => document.fonts.ready)
      await page.waitForFunction(isThere)
      const picture = await page.screenshot({ animations: 'disabled' })
      await sharp(picture)
        .resize({ width: WIDTHS[size] })
        .webp({ quality: QUALITY })
        .toFile(join(FOLDER, `${name}-${size}-${theme}.webp`))
      await stage.leave()
    }
  }
}

await mkdir(FOLDER, { recursive: true })
const stage = await Stage.open({ dataDir: await fillDemo() })
try {
  const { uid } = (await stage.site.services.users.findByUsername(WHO))!
  for (const shot of await shotsOf(stage, uid)) await take(stage, shot, uid)
} finally {
  await stage.close()
}
