/*
 * Makes what is published, in `dist/` or the folder given: one ES module without dependencies, types that need none
 * either (the contract's are written out, so that nobody has to install its schemas), the package's files.
 *
 *   bun scripts/build.ts [folder]     then: npm publish dist
 */
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

const root = resolve(import.meta.dir, '..')
const source = join(root, 'src')
const contract = resolve(root, '../contract/src/index.ts')
const out = resolve(process.argv[2] ?? join(root, 'dist'))

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: resolve(root, '..'),
  outDir: out,
  // The schemas are looked for in the workspace, also where npm has not linked it.
  paths: { '@parley/contract': [contract] },
}

const WRITE_OUT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias

/** Asks for the parameters and data of every operation at once. */
const PROBE = join(source, 'probe.ts')
const PROBE_TEXT = `import type { DataOf, ParamsOf, Path } from './operations.ts'
export type Operations = {
  [P in Path]: { params: { [Name in keyof ParamsOf<P>]: ParamsOf<P>[Name] }; data: DataOf<P> }
}`

function createProgram(): ts.Program {
  const host = ts.createCompilerHost(OPTIONS)
  const { fileExists, getSourceFile } = host
  host.fileExists = (path) => path === PROBE || fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === PROBE
      ? ts.createSourceFile(path, PROBE_TEXT, ts.ScriptTarget.ESNext)
      : getSourceFile(path, ...rest)
  return ts.createProgram([join(source, 'index.ts'), PROBE], OPTIONS, host)
}

const program = createProgram()
const checker = program.getTypeChecker()

const exportsOf = (path: string): ts.Symbol[] =>
  checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path)!)!)

const writtenOut = (type: ts.Type): string => checker.typeToString(type, undefined, WRITE_OUT)

/** A type of the contract as text that needs nothing from elsewhere; '' for those that only its makers need. */
function typeText(symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.find(
    (node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node),
  )
  if (!declaration || declaration.typeParameters) return ''
  const text = declaration.getText()
  if (!/\bz\.|\btypeof\b|\bAnyDeclared\b/.test(text)) return `${text}\n`
  return `export type ${symbol.name} = ${writtenOut(checker.getDeclaredTypeOfSymbol(symbol))}\n`
}

/** The values of the contract that the client hands on. */
function valueText(symbol: ts.Symbol): string {
  return `export declare const ${symbol.name}: ${writtenOut(checker.getTypeOfSymbol(symbol))}\n`
}

function contractText(): string {
  const handedOn = new Set(exportsOf(join(source, 'index.ts')).map(({ name }) => name))
  return exportsOf(contract)
    .map((symbol) => {
      if (symbol.name === 'OperationsByPath') return ''
      const isValue = (symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Function)) !== 0
      return typeText(symbol) || (isValue && handedOnByName(handedOn, symbol) ? valueText(symbol) : '')
    })
    .join('')
}

/** Types are handed on all together; values only where `index.ts` names them. */
function handedOnByName(names: ReadonlySet<string>, { name, flags }: ts.Symbol): boolean {
  return names.has(name) && (flags & ts.SymbolFlags.Type) === 0 && indexText.includes(name)
}

function operationsText(): string {
  const operations = checker.getDeclaredTypeOfSymbol(exportsOf(PROBE)[0]!)
  const lines = operations
    .getProperties()
    .map((operation) => `  '${operation.name}': ${writtenOut(checker.getTypeOfSymbol(operation))}\n`)
  return `export interface Operations {
${lines.join('')}}
export type Path = keyof Operations
export type CallPath = Exclude<Path, \`upload/\${string}\`>
export type ParamsOf<P extends Path> = Operations[P]['params']
export type DataOf<P extends Path> = Operations[P]['data']
`
}

async function writeTypes(): Promise<void> {
  const problems = ts.getPreEmitDiagnostics(program)
  if (problems.length > 0) throw new Error(ts.formatDiagnostics(problems, ts.createCompilerHost(OPTIONS)))
  const files = new Map<string, string>()
  const own = join(out, 'client/src')
  program.emit(undefined, (path, text) => {
    if (path.startsWith(own) && !path.endsWith('/probe.d.ts')) files.set(relative(own, path), text)
  })
  files.set('operations.d.ts', operationsText())
  files.set('contract.d.ts', contractText())
  for (const [file, text] of files) {
    const toContract = `${'../'.repeat(file.split('/').length - 1) || './'}contract.js`
    const rewritten = text
      .replaceAll(`'@parley/contract'`, `'${toContract}'`)
      .replace(/(from '\.[^']*)\.ts'/g, "$1.js'")
    await mkdir(dirname(join(out, file)), { recursive: true })
    await writeFile(join(out, file), rewritten)
  }
}

async function writeScript(): Promise<void> {
  const { success, logs } = await Bun.build({
    entrypoints: [join(source, 'index.ts')],
    target: 'browser',
    format: 'esm',
    outdir: out,
  })
  if (!success) throw new AggregateError(logs, 'The script could not be made')
}

async function writePackage(): Promise<void> {
  const {
    private: _,
    scripts,
    devDependencies,
    ...about
  } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const entry = { types: './index.d.ts', default: './index.js' }
  const published = { ...about, exports: { '.': entry }, types: './index.d.ts', engines: { node: '>=20.12' } }
  await writeFile(join(out, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  await copyFile(join(root, 'README.md'), join(out, 'README.md'))
  await copyFile(join(root, '../../LICENSE'), join(out, 'LICENSE'))
}

const indexText = await readFile(join(source, 'index.ts'), 'utf8')
await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
await writeTypes()
await writeScript()
await writePackage()
