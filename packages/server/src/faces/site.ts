import { AppError, ERRORS, type Language, type OperationSpec } from '@parley/contract'
import { type Context, Hono } from 'hono'
import type { HtmlEscapedString } from 'hono/utils/html'
import { log } from '../log.ts'
import { drawInitialAvatar, type FileStore, fileResponse } from '../media/index.ts'
import { TRIGGER_BODY_BYTES_MAX } from '../realtime/index.ts'
import { ASSETS } from './assets.ts'
import { failureEnvelope } from './dispatch.ts'
import type { HttpFaces } from './http.ts'
import { type Face, requestLanguage } from './identity.ts'
import type { Metrics } from './metrics.ts'
import type { Origin } from './network.ts'
import { openApiDocument } from './openapi.ts'
import { PAGE_POLICY } from './pages/layout.ts'
import { linkPage } from './pages/link.ts'
import { REFERENCE_POLICY, referencePage } from './pages/reference.ts'
import { setupPage } from './pages/setup.ts'
import { welcomePage } from './pages/welcome.ts'
import { limitedText } from './parameters.ts'
import { asksForPage, isPagePath, routeOf, type WebClient } from './web-client/index.ts'

/** What travels with a request from the runtime's server to the routes. */
export interface RequestContext {
  /** The request's address, parsed once. */
  url: URL
  origin: Origin
  /** Whether `/metrics` may be shown: the caller is on this machine, or carries a server key. */
  mayObserve: () => Promise<boolean>
}

interface Dependencies {
  faces: HttpFaces
  files: FileStore
  /** What an uploaded file was called by who sent it. */
  uploadName: (path: string) => Promise<string | undefined>
  metrics: Metrics
  operations: readonly OperationSpec[]
  version: string
  siteName: () => string
  /** Which parts do not answer (`database`, `redis`); empty when all is well. */
  health: () => Promise<string[]>
  /** True while the one-time link of the first start can still be used. */
  setupUsable: (token: string) => Promise<boolean>
  /** The signed trigger API under `/apps/`. */
  trigger: (request: Request, path: string, body: string) => Promise<Response | undefined>
  /** Undefined: it is not built, and pages say so. */
  client: WebClient | undefined
}

type Env = { Bindings: RequestContext }
type Page = HtmlEscapedString | Promise<HtmlEscapedString>

const DAY_SECONDS = 86_400
const RETRY_SECONDS = '5'

const language = (c: Context): Language => requestLanguage(c.req.raw, c.req.query('lang'))

/** The path of an address without its percent signs; undefined when they make no sense. */
function decodedPath(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname)
  } catch {
    return undefined
  }
}

/** An upload's address is the permission to read it: it stays out of the log. */
const loggedPath = (path: string): string => (path.startsWith('/upload/') ? '/upload/' : path)

async function showPage(content: Page, policy: string): Promise<Response> {
  return new Response(String(await content), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-cache',
    },
  })
}

const FACE_PATH = /^\/(api|web|h5)\/(.*)$/i

/** Everything that the site answers over HTTP. */
export interface Site {
  fetch(request: Request, context: RequestContext): Response | Promise<Response>
}

/**
 * The faces come first and without a router: they have one of their own, and most requests are theirs. The original's
 * client had its pages below the same paths; a browser that goes to one of those is led on.
 */
export function createSite(dependencies: Dependencies): Site {
  const { faces } = dependencies
  const app = createPages(dependencies)
  return {
    fetch(request, context) {
      const [, name, path = ''] = FACE_PATH.exec(context.url.pathname) ?? []
      if (!name) return app.fetch(request, context)
      const face = name.toLowerCase() as Face
      if (face !== 'api' && !faces.knows(path) && asksForPage(request)) return leadOn(path)
      return faces.handle(request, face, path, context)
    },
  }
}

/** To where a page of the original's client is now. */
const leadOn = (path: string): Response =>
  new Response(null, {
    status: 302,
    headers: { Location: routeOf(path), 'Cache-Control': 'no-cache', Vary: 'Accept' },
  })

/** Files, pages, figures and the trigger API, as one Hono application. */
function createPages(dependencies: Dependencies): Hono<Env> {
  const { files, uploadName, setupUsable, trigger } = dependencies
  const app = new Hono<Env>()

  app.get('/upload/*', async (c) => {
    const path = decodedPath(c.req.url)
    const stored = path === undefined ? undefined : await files.open(path)
    if (!stored) return c.notFound()
    return fileResponse(c.req.raw, stored, { downloadName: await uploadName(stored.path) })
  })

  // `t` is the letter to draw: the address says all that the picture shows, so it never changes.
  app.get('/avatar/:file{[0-9]+\\.svg}', (c) => {
    const uid = Number.parseInt(c.req.param('file'), 10)
    if (!Number.isSafeInteger(uid)) return c.notFound()
    const svg = drawInitialAvatar(c.req.query('t') ?? '', uid)
    return new Response(svg, {
      headers: {
        'Content-Type': 'image/svg+xml; charset=utf-8',
        'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'public, max-age=31536000, immutable',
      },
    })
  })

  // The original's address of a group's picture, which is found in the data of sites that have moved.
  app.get('/avatar.php', (c) =>
    c.redirect(`/h5/group/avatar?uid=${encodeURIComponent(c.req.query('uid') ?? '')}`),
  )

  app.get('/setup', async (c) => {
    const token = c.req.query('token') ?? ''
    return showPage(setupPage(language(c), token, await setupUsable(token)), PAGE_POLICY)
  })
  addReference(app, dependencies)
  addOperations(app, dependencies)
  app.all('/apps/*', async (c) => {
    const body = await limitedText(c.req.raw, TRIGGER_BODY_BYTES_MAX)
    return (
      (body === undefined
        ? new Response('Payload too large', { status: 413 })
        : await trigger(c.req.raw, c.req.path, body)) ?? c.notFound()
    )
  })

  for (const [path, { file, type }] of ASSETS) {
    app.get(
      path,
      () =>
        new Response(Bun.file(file), {
          headers: { 'Content-Type': type, 'Cache-Control': `public, max-age=${DAY_SECONDS}` },
        }),
    )
  }

  addClient(app, dependencies)
  app.notFound((c) => {
    const body = failureEnvelope(new AppError('not_found'), language(c), c.req.path)
    return c.json(body, 404)
  })
  app.onError((error, c) => {
    const body = failureEnvelope(error, language(c), loggedPath(c.req.path))
    if (body.code !== ERRORS.unavailable.code) return c.json(body, 500)
    return c.json(body, 503, { 'Cache-Control': 'no-store', 'Retry-After': RETRY_SECONDS })
  })
  return app
}

/** The web client's files and pages. The last of the routes: whatever no other one takes may be one of its addresses. */
function addClient(app: Hono<Env>, { client, siteName }: Dependencies): void {
  const page = (c: Context<Env>) =>
    client
      ? client.page(c.req.raw, c.env.origin)
      : showPage(welcomePage(language(c), siteName()), PAGE_POLICY)

  app.get('/', page)
  app.get('/q/:kind{[ug]}/*', (c) =>
    client ? page(c) : showPage(linkPage(language(c), siteName()), PAGE_POLICY),
  )
  for (const base of ['/h5', '/web', '/im/h5', '/pop'])
    for (const path of [base, `${base}/*`])
      app.get(path, (c) => (asksForPage(c.req.raw) ? leadOn(c.req.path.slice(base.length)) : c.notFound()))
  app.get('/manifest.webmanifest', (c) => client?.manifest(siteName(), language(c)) ?? c.notFound())
  app.get('*', (c) => {
    const path = decodedPath(c.req.url)
    if (path === undefined) return c.notFound()
    const file = client?.file(c.req.raw, path)
    if (file) return file
    return isPagePath(path) && asksForPage(c.req.raw) ? page(c) : c.notFound()
  })
}

function addReference(app: Hono<Env>, { operations, version }: Dependencies): void {
  let document: string | undefined
  app.get('/docs', () => showPage(referencePage, REFERENCE_POLICY))
  app.get('/openapi.json', () => {
    document ??= JSON.stringify(openApiDocument(operations, version))
    return new Response(document, { headers: { 'Content-Type': 'application/json;charset=utf-8' } })
  })
}

/**
 * What a balancer should know: a node without its database is of no use, one without Redis serves on. If that were a
 * failure, a balancer would take all nodes out at the same moment.
 */
function statusOf(failing: readonly string[]): 'ok' | 'degraded' | 'failing' {
  if (failing.length === 0) return 'ok'
  return failing.includes('database') ? 'failing' : 'degraded'
}

function addOperations(app: Hono<Env>, { health, metrics }: Dependencies): void {
  // Whether the process answers, whatever the database does: for those who end a process that does not.
  app.get('/livez', (c) => c.json({ status: 'ok' }))
  app.get('/healthz', async (c) => {
    const failing = await health()
    if (failing.length > 0) log.warn({ failing }, 'unhealthy')
    const status = statusOf(failing)
    return c.json({ status, failing }, status === 'failing' ? 503 : 200)
  })
  app.get('/metrics', async (c) => {
    if (!(await c.env.mayObserve())) return c.notFound()
    return new Response(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } })
  })
}
