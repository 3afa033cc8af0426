import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MAIN = new URL('../packages/server/src/main.ts', import.meta.url).pathname

/** A server in a process of its own, as `npm start` starts it. */
export interface BenchedSite {
  port: number
  pid: number
  /** Milliseconds from the start of the process to its first answer. */
  startMs: number
  key: string
  call(path: string, parameters?: Record<string, string | number>): Promise<any>
  /** Signs in with a password. @returns the session's token */
  signIn(username: string, password: string): Promise<string>
  stop(): Promise<void>
}

/** The first line that a child prints. */
export async function firstLine(child: { stdout: ReadableStream<Uint8Array> }): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes('\n')) break
  }
  return text.slice(0, text.indexOf('\n'))
}

/** A folder for one run; `remove` deletes it. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

const freePort = (): number => {
  const probe = Bun.serve({ port: 0, fetch: () => new Response() })
  const { port } = probe
  probe.stop(true)
  return port!
}

/** Starts the server on a data folder and waits for its first answer. */
export async function startBenchedSite(dataDir: string): Promise<BenchedSite> {
  const port = freePort()
  const started = performance.now()
  const child = Bun.spawn([process.execPath, MAIN, 'start'], {
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(`${url}/healthz`).then(
      (response) => response.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`the server ended with code ${child.exitCode}`)
    await Bun.sleep(2)
  }
  const startMs = performance.now() - started
  const key = (await readFile(join(dataDir, 'server.key'), 'utf8')).trim()
  return {
    port,
    pid: child.pid,
    startMs,
    key,
    async call(path, parameters = {}) {
      const body = new URLSearchParams(
        Object.entries(parameters).map(([name, value]) => [name, String(value)]),
      )
      const response = await fetch(`${url}/api/${path}`, {
        method: 'POST',
        body,
        headers: { 'x-api-key': key },
      })
      const { code, msg, data } = await response.json()
      if (code !== 0) throw new Error(`${path}: ${code} ${msg}`)
      return data
    },
    async signIn(username, password) {
      const body = new URLSearchParams({ username, password })
      const response = await fetch(`${url}/web/login/check`, { method: 'POST', body })
      return (await response.json()).data.token
    },
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

/** Resident memory of a process in MB. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
}
