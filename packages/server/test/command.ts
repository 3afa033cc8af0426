import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/*
 * The real command, run as people run it: bin/parley.mjs in a process of its own.
 */

const launcher = resolve(import.meta.dir, '../bin/parley.mjs')
/** The most that a test waits for something that should come at once. */
const WAIT_MS_MAX = 10_000

type Environment = Record<string, string>

/** Nothing of the tester's own settings gets in. */
const environment = (env: Environment): Environment => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  LANG: 'C.UTF-8',
  ...env,
})

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** Runs a command to its end. */
export async function parley(args: readonly string[], env: Environment = {}, stdin = ''): Promise<Outcome> {
  const child = Bun.spawn(['node', launcher, ...args], {
    env: environment(env),
    stdin: new Blob([stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, stdout, stderr] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()])
  return { code, stdout, stderr }
}

/** As {@link parley}, for commands that must work. @returns standard output without the line break at its end */
export async function parleyOk(args: readonly string[], env: Environment = {}, stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await parley(args, env, stdin)
  if (code !== 0) throw new Error(`parley ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout.trimEnd()
}

/** A server that runs in a process of its own. */
export interface Server {
  readonly url: string
  readonly pid: number
  /** What it has printed so far that is for people, without the log's JSON. */
  banner(): string[]
  /** Ends it. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number>
}

const running: Bun.Subprocess[] = []
const folders: string[] = []

/** Starts a server on any free port and waits until it says where it is. */
export async function startCommand(env: Environment): Promise<Server> {
  const child = Bun.spawn(['node', launcher, 'start'], {
    env: environment({ PORT: '0', HOST: '127.0.0.1', ...env }),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  running.push(child)
  let printed = ''
  const ready = Promise.withResolvers<string>()
  void (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) {
      printed += decoder.decode(chunk, { stream: true })
      // The banner leaves in one piece per line; the data folder is in every start's last but few.
      const url = /is ready: (\S+)\n[\s\S]*Data: .*\n/.exec(printed)?.[1]
      if (url) ready.resolve(url)
    }
    ready.reject(new Error(`the server ended: ${printed}${await child.stderr.text()}`))
  })()
  const url = await ready.promise
  return {
    url,
    pid: child.pid,
    banner: () => printed.split('\n').filter((line) => line !== '' && !line.startsWith('{')),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return child.exited
    },
  }
}

/** A data folder that is not there yet. */
export async function newDataDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-cli-'))
  folders.push(folder)
  return join(folder, 'data')
}

/** Ends what still runs and removes what was made. For `afterAll`. */
export async function cleanUp(): Promise<void> {
  for (const child of running) child.kill('SIGKILL')
  await Promise.all(running.map((child) => child.exited))
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
}

export interface Envelope {
  code: number
  msg: string
  data: never
}

/** Calls an operation. @param token a session's token or a server key */
export async function call(
  url: string,
  path: string,
  token: string,
  parameters: Record<string, string | number> = {},
): Promise<Envelope> {
  const response = await fetch(`${url}/${path}`, {
    method: 'POST',
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    body: new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
  })
  return (await response.json()) as Envelope
}

/** Asks again until the answer is as wanted; fails when that takes too long. */
export async function until<Answer>(
  ask: () => Promise<Answer>,
  isWanted: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadline = performance.now() + WAIT_MS_MAX
  for (;;) {
    const answer = await ask()
    if (isWanted(answer)) return answer
    if (performance.now() > deadline)
      throw new Error(`waited in vain; the last answer: ${JSON.stringify(answer)}`)
  }
}
