#!/usr/bin/env node
// @ts-check
// Starts the server out of the source tree, with its pages built: `npm start`, `npm run dev`.
import { buildIfNeeded } from '../packages/web/scripts/build.mjs'

await buildIfNeeded()
process.argv.splice(2, 0, 'start')
await import('../packages/server/bin/parley.mjs')
