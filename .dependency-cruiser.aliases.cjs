/* What `.dependency-cruiser.cjs` takes of a bundler's configuration: where the pages' `@/` leads. */
const { resolve } = require('node:path')

module.exports = { resolve: { alias: { '@': resolve('packages/web/src') } } }
