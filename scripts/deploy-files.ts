/*
 * Reads the files of `deploy/` for the tests that hold them against the server and against each other.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { SETTINGS } from '../packages/contract/src/index.ts'
import { VARIABLES, type VariableName } from '../packages/server/src/variables.ts'

const repository = resolve(import.meta.dir, '..')

/** The text of a file of the repository. @param path from its root */
export const readText = (path: string): string => readFileSync(join(repository, path), 'utf8')

/** The names of the files in a folder of the repository. */
export const filesIn = (path: string): string[] => readdirSync(join(repository, path)).sort()

/** A YAML file of the repository, with its anchors and merge keys resolved. @throws YAMLParseError */
export const readYaml = <Document>(path: string): Document =>
  parse(readText(path), { merge: true, strict: true, uniqueKeys: true }) as Document

/** The lines `NAME=value` of a file. */
export function readEnvironment(path: string): Record<string, string> {
  const lines = readText(path).split('\n')
  const pairs = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('='))
  return Object.fromEntries(pairs.map(([name = '', ...value]) => [name, value.join('=')]))
}

export interface ComposeService {
  image: string
  user?: string
  command?: string[]
  environment?: Record<string, string>
  read_only?: boolean
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  stop_grace_period?: string
  restart?: string
  ports?: string[]
  volumes?: (string | { type: string; target: string })[]
  networks?: string[]
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
  deploy?: { resources: { limits: { memory: string } } }
}

export interface ComposeFile {
  services: Record<string, ComposeService>
  networks?: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>
  volumes?: Record<string, unknown>
}

/** The file as Compose reads it: `${NAME…}` replaced by what `values` says, or by the default that stands there. */
export function interpolated(file: ComposeFile, values: Record<string, string>): ComposeFile {
  const text = JSON.stringify(file).replace(
    /\$\{([A-Z0-9_]+)(?::-([^}]*)|:\?[^}]*)?\}/g,
    (_, name: string, fallback?: string) => values[name] || (fallback ?? ''),
  )
  return JSON.parse(text)
}

/** One instruction of a Dockerfile, continued lines joined. */
export interface Instruction {
  readonly keyword: string
  readonly text: string
}

/** The stages of a Dockerfile, each beginning with its FROM. */
export function readStages(path: string): Instruction[][] {
  const stages: Instruction[][] = []
  const lines = readText(path)
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
  for (const line of lines.filter((line) => line.trim() !== '')) {
    const [, keyword = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    if (keyword === 'FROM') stages.push([])
    stages.at(-1)?.push({ keyword, text })
  }
  return stages
}

/** What the last instruction of that keyword says; undefined when there is none. */
export const lastOf = (stage: readonly Instruction[], keyword: string): string | undefined =>
  stage.findLast((instruction) => instruction.keyword === keyword)?.text

/** A duration such as `30s`, `2m` or `120` (s) in seconds; NaN for anything else. */
export function seconds(text: string): number {
  const [, number, unit = 's'] = /^(\d+)(ms|s|m)?$/.exec(text) ?? []
  return Number(number) * { ms: 0.001, s: 1, m: 60 }[unit as 'ms' | 's' | 'm']
}

/** The values of a directive, wherever in an nginx or Caddy file it stands, without what follows a value. */
export const directives = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`^[\\t ]*${name} ([^;\\n]+?);?$`, 'gm'))].map(([, value]) => value!)

/** The directives of a systemd unit; one that stands there several times has several values. */
export function readUnit(path: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [, name, value] of readText(path).matchAll(/^(\w+)=(.*)$/gm)) {
    values.set(name!, [...(values.get(name!) ?? []), value!])
  }
  return values
}

/**
 * How long the server takes for a stop at most, in seconds: everything that ends a node has to leave it more.
 * @throws Error when it is not where it is looked for
 */
export function stopSeconds(): number {
  const [, ms] = /STOP_MS_MAX = (\d+)/.exec(readText('packages/server/src/cli/stopping.ts')) ?? []
  if (ms === undefined) throw new Error('stopping.ts no longer says STOP_MS_MAX')
  return Number(ms) / 1000
}

/** The size of the largest file that a site takes unless its settings say otherwise. */
export const UPLOAD_MEGABYTES = Math.max(
  Number(SETTINGS.file_megabytes.default),
  Number(SETTINGS.image_megabytes.default),
)

export const isVariable = (name: string): name is VariableName => Object.hasOwn(VARIABLES, name)

/** The names that mean nothing to the server; Bun has a variable of its own. */
export const unknownVariables = (names: Iterable<string>): string[] =>
  [...names].filter((name) => !isVariable(name) && name !== 'BUN_RUNTIME_TRANSPILER_CACHE_PATH')

/** An example's values, with something long enough for a secret where it leaves that to the reader. */
export const filled = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value || `${name}0123456789`]))

/** Whether an image is named with a version, not as whatever is newest. */
export const isPinned = (image: string): boolean => /^[a-z0-9./-]+:[a-z]*-?v?\d[\w.-]+$/.test(image)
