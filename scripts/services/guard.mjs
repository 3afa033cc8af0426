// @ts-check
// Cleans up after the process that has started it, in whatever way that one ended: also by a crash or `kill -9`.
//
//   node guard.mjs FOLDER
//
// Standard input tells, line by line, which process to end (0: none) and how, `PID SIGNAL`; the last one counts. When
// the input ends, that process and all that it has started are ended and the folder is deleted, with the
// disks in it.
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { endTree } from './processes.mjs'
import { unmountDisks } from './small-disk.mjs'

const PATIENCE_MS = 5000

const folder = /** @type {string} */ (process.argv[2])
let last = '0 SIGTERM'
for await (const line of createInterface({ input: process.stdin })) last = line
const [pid, politely] = last.split(' ')
if (Number(pid) > 0) await endTree(Number(pid), /** @type {NodeJS.Signals} */ (politely), PATIENCE_MS)
unmountDisks(folder)
await rm(folder, { recursive: true, force: true, maxRetries: 10 })
