import type { Language } from '@parley/contract'
import type { Origin } from '../network.ts'
import { answerFile } from './answer.ts'
import { type Build, type BuiltFile, INDEX, readBuild } from './build.ts'
import { manifestOf } from './manifest.ts'
import { type Beyond, clientPolicy, PERMISSIONS } from './policy.ts'

export { routeOf } from './old-routes.ts'

/** What is served as a file if it is there, and never as a page. */
const NO_PAGE = /^\/(?:api|app|apps|assets|avatar|docs|shell|upload)(?:\/|$)|\.\w+$/i

/**
 * Whether somebody wants to look at a page: a browser that goes to an address, or its service worker on its behalf (as
 * which it says no more than that in its headers). Programs and scripts that call do not ask for `text/html`.
 */
export function asksForPage({ method, headers }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.get('accept')?.includes('text/html') ?? false)
}

/** Whether an address is one of the client's own, as far as its form goes. @param path without percent signs */
export const isPagePath = (path: string): boolean => !NO_PAGE.test(path)

/** The web client, built and kept in memory. */
export class WebClient {
  readonly #page: BuiltFile

  private constructor(
    private readonly build: Build,
    private readonly beyond: Beyond,
  ) {
    this.#page = build.get(INDEX)!
  }

  /**
   * Reads the built client.
   * @param folder what `vite build` has made
   * @returns undefined when it is not built
   */
  static async load(folder: string, beyond: Beyond): Promise<WebClient | undefined> {
    const build = await readBuild(folder)
    return build && new WebClient(build, beyond)
  }

  /** A file of the client; undefined when there is none of that name. @param path without percent signs */
  file(request: Request, path: string): Response | undefined {
    const file = path === INDEX ? undefined : this.build.get(path)
    return file && answerFile(request, file)
  }

  /** The page that all addresses of the client show. */
  page(request: Request, { origin }: Pick<Origin, 'origin'>): Response {
    const seen = request.headers.get('host') ?? ''
    const policy = clientPolicy([new URL(origin).host, seen], this.beyond)
    return answerFile(request, this.#page, {
      // A browser that keeps its copy keeps the policy with it: another policy has to be another page.
      variant: Bun.hash(policy).toString(36),
      headers: {
        'Content-Security-Policy': policy,
        'Permissions-Policy': PERMISSIONS,
        // Who follows a link out of a chat does not tell where that chat is.
        'Referrer-Policy': 'same-origin',
        Vary: 'Accept',
      },
    })
  }

  /** What browsers read to install it. @param name the site's */
  manifest(name: string, language: Language): Response {
    return new Response(JSON.stringify(manifestOf(name, language)), {
      headers: {
        'Content-Type': 'application/manifest+json',
        'Cache-Control': 'no-cache',
        'X-Content-Type-Options': 'nosniff',
        Vary: 'Accept-Language',
      },
    })
  }
}
