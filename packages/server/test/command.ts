import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/*
 * The real command, run as people run it: bin/parley.mjs in a process of its own.
 */

const launcher = resolve(import.meta.dir, '../bin/parley.mjs')
/** The most that a test waits for something that should come at once. */
const WAIT_MS_MAX = 60_000

const running: Bun.Subprocess[] = []
const folders: string[] = []

type Environment = Record<string, string>

/** Nothing of the tester's own settings gets in. */
const environment = (env: Environment): Environment => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  LANG: 'C.UTF-8',
  ...env,
})

const textOf = (stream: ReadableStream): Promise<string> => new Response(stream).text()

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
  const [code, stdout, stderr] = await Promise.all([child.exited, textOf(child.stdout), textOf(child.stderr)])
  return { code, stdout, stderr }
}

/** As {@link parley}, for commands that must work. @returns standard output without the line break at its end */
export async function parleyOk(args: readonly string[], env: Environment = {}, stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await parley(args, env, stdin)
  if (code !== 0) throw new Error(`parley ${args.join(' ')} ended with ${code}: ${stderr}`)
  return stdout.trimEnd()
}

/** What a process writes, for those who wait for a part of it. */
class Output {
  text = ''
  readonly #waiting = new Set<() => void>()

  add(chunk: string): void {
    this.text += chunk
    for (const look of this.#waiting) look()
  }

  /** Resolves when the text holds what is looked for; rejects when that takes too long. */
  async includes(part: string | RegExp): Promise<void> {
    const found = Promise.withResolvers<void>()
    const look = () => {
      if (typeof part === 'string' ? this.text.includes(part) : part.test(this.text)) found.resolve()
    }
    const late = setTimeout(
      () => found.reject(new Error(`waited in vain for ${part} in ${JSON.stringify(this.text)}`)),
      WAIT_MS_MAX,
    )
    this.#waiting.add(look)
    look()
    try {
      await found.promise
    } finally {
      clearTimeout(late)
      this.#waiting.delete(look)
    }
  }
}

/** A command at a terminal of its own, with somebody who types. */
export interface Terminal {
  readonly screen: Output
  type(text: string): void
  /** Closes the terminal while the command runs. */
  close(): void
  readonly exited: Promise<number>
}

/** Runs a command at a terminal. */
export function parleyAtTerminal(args: readonly string[], env: Environment = {}): Terminal {
  const screen = new Output()
  const child = Bun.spawn(['node', launcher, ...args], {
    env: environment({ TERM: 'xterm', ...env }),
    terminal: { data: (_, bytes) => screen.add(new TextDecoder().decode(bytes)) },
  })
  running.push(child)
  return {
    screen,
    type: (text) => void child.terminal!.write(text),
    close: () => child.terminal!.close(),
    exited: child.exited,
  }
}

/** A server that runs in a process of its own. */
export interface Server {
  readonly url: string
  readonly output: Output
  /** What it has printed so far that is for people, without the log's JSON. */
  banner(): string[]
  signal(signal: NodeJS.Signals): void
  /** The exit code, when it ends. */
  readonly exited: Promise<number>
  /** Ends it. @returns the exit code */
  stop(signal?: NodeJS.Signals): Promise<number>
}

/** Starts a server on any free port and waits until it says where it is. */
export async function startCommand(env: Environment): Promise<Server> {
  const child = Bun.spawn(['node', launcher, 'start'], {
    env: environment({ PORT: '0', HOST: '127.0.0.1', ...env }),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  running.push(child)
  const output = new Output()
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of child.stdout) output.add(decoder.decode(chunk, { stream: true }))
    return textOf(child.stderr)
  })()
  // The data folder is named after the address.
  const stderr = await Promise.race([output.includes(/Data: .*\n/), ended])
  if (typeof stderr === 'string') throw new Error(`the server ended: ${output.text}${stderr}`)
  return {
    url: /is ready: (\S+)/.exec(output.text)![1]!,
    output,
    banner: () => output.text.split('\n').filter((line) => line !== '' && !line.startsWith('{')),
    signal: (signal) => child.kill(signal),
    exited: child.exited,
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

/** Asks the server again until the answer is as wanted; fails when that takes too long. */
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
    // An answer that comes from memory must not keep out what it waits for.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
