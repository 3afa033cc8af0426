import { run } from './cli/program.ts'

/** What Parley writes is not for everybody on the machine. */
const UMASK = 0o027

process.umask(UMASK)
process.exit(await run(process.argv.slice(2)))
