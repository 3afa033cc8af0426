/*
 * Which part may import which. `docs/architecture.md` explains the layers; `scripts/rules.test.ts` proves that each
 * rule can fail.
 */

const { join } = require('node:path')

const SERVER = '^packages/server/src/'

/** The server's layers, from the top. Each imports only from those after it. */
const LAYERS = [
  { name: 'start', path: '((main|serve)\\.ts$|cli/)' },
  { name: 'app', path: '(app\\.ts$|assembly/)' },
  { name: 'faces', path: 'faces/' },
  { name: 'modules', path: 'modules/' },
  { name: 'realtime', path: 'realtime/' },
  { name: 'media', path: 'media/' },
  { name: 'storage', path: 'storage/' },
  { name: 'cluster', path: 'cluster/' },
  { name: 'ground', path: '(operation|config|variables|networks|log|clock)\\.ts$' },
]

/** The modules, from the lowest. Each imports only from those before it. */
const MODULES = [
  'settings',
  'sms',
  'users',
  'accounts',
  'conversations',
  'friends',
  'groups',
  'uploads',
  'qrcode',
  'replies',
  'messages',
  'drafts',
  'push',
  'pop',
  'admin',
]

const WEB = '^packages/web/src/'

/** The parts of the web client, from the top. Each imports only from those after it. */
const WEB_LAYERS = [
  { name: 'app', path: '(main|router)\\.ts$|App\\.vue$' },
  ...[
    ...['shell', 'signin', 'desk', 'me', 'contacts', 'chats', 'conversation', 'groups', 'people', 'qr'],
    // What a message shows has pictures, sound and emoji in it; the stores know nothing of any of them.
    ...['content', 'media', 'emoji', 'stores', 'ui'],
  ].map((name) => ({ name, path: `${name}/` })),
  { name: 'ground', path: '(theme|browser|i18n)/|sdk\\.ts$|[^/]+\\.d\\.ts$' },
]

/** Tests reach into what they test; nothing imports a test. */
const TESTS = '(\\.test\\.ts$|^packages/[^/]+/test/)'

const layerRules = LAYERS.slice(1).map(({ name, path }, index) => ({
  name: `server-layer-${name}`,
  comment: `The layer "${name}" imports only from the layers below it. Pass what it needs from above as a parameter.`,
  severity: 'error',
  from: { path: SERVER + path, pathNot: TESTS },
  to: {
    path: `${SERVER}(${LAYERS.slice(0, index + 1)
      .map((layer) => layer.path)
      .join('|')})`,
    // What an operation is names the file that comes with a call: a type, nothing that runs.
    ...(name === 'ground' ? { dependencyTypesNot: ['type-only'] } : {}),
  },
}))

const webLayerRules = WEB_LAYERS.slice(1).map(({ name, path }, index) => ({
  name: `web-layer-${name}`,
  comment: `"${name}" of the pages imports only from what is below it (the order is in this file). Move what both need down.`,
  severity: 'error',
  from: { path: `${WEB}(${path})`, pathNot: TESTS },
  to: {
    path: `${WEB}(${WEB_LAYERS.slice(0, index + 1)
      .map((layer) => layer.path)
      .join('|')})`,
  },
}))

const moduleOrderRules = MODULES.slice(0, -1).map((name, index) => ({
  name: `server-module-${name}`,
  comment: `The module "${name}" may not import from the modules above it (the order is in this file).`,
  severity: 'error',
  from: { path: `${SERVER}modules/${name}/`, pathNot: TESTS },
  to: { path: `${SERVER}modules/(${MODULES.slice(index + 1).join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...layerRules,
    ...moduleOrderRules,
    ...webLayerRules,
    {
      name: 'web-layer-known',
      comment: 'A new folder of packages/web/src needs a place among the layers in this file.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: WEB, pathNot: [TESTS, `${WEB}(${WEB_LAYERS.map((layer) => layer.path).join('|')})`] },
    },
    {
      name: 'web-build-apart',
      comment: 'The pages do not import what builds them.',
      severity: 'error',
      from: { path: WEB, pathNot: TESTS },
      to: { path: '^packages/web/(build/|scripts/|vite\\.config)' },
    },
    {
      name: 'server-layer-known',
      comment: 'A new file or folder of packages/server/src needs a place among the layers in this file.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: SERVER, pathNot: [TESTS, `${SERVER}(${LAYERS.map((layer) => layer.path).join('|')})`] },
    },
    {
      name: 'server-module-known',
      comment: 'A new module needs a place in the order of modules in this file.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: `${SERVER}modules/`, pathNot: `${SERVER}modules/(${MODULES.join('|')})/` },
    },
    {
      name: 'server-module-door',
      comment:
        "A module is entered through its index.ts; everything else in its folder is the module's own business.",
      severity: 'error',
      from: { path: '^(?:packages/server/src/modules/([^/]+)/|.)', pathNot: TESTS },
      to: {
        path: `${SERVER}modules/[^/]+/`,
        pathNot: [`${SERVER}modules/[^/]+/index\\.ts$`, `${SERVER}modules/$1/`],
      },
    },
    {
      name: 'contract-alone',
      comment: 'What travels between server and clients depends on nothing of ours.',
      severity: 'error',
      from: { path: '^packages/contract/src/' },
      to: { path: '^packages/', pathNot: '^packages/contract/' },
    },
    {
      name: 'contract-no-io',
      comment: 'The contract runs in browsers, too: no modules of Node or Bun, no packages but zod.',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: TESTS },
      to: { dependencyTypesNot: ['local', 'type-only'], pathNot: '(^|/)node_modules/zod/' },
    },
    {
      name: 'client-only-contract',
      comment: 'The SDK knows the contract and nothing else of ours.',
      severity: 'error',
      from: { path: '^packages/client/src/' },
      to: { path: '^packages/', pathNot: '^packages/(client|contract)/' },
    },
    {
      name: 'web-only-client',
      comment: 'The pages know the SDK (which hands on the types of the contract) and nothing else of ours.',
      severity: 'error',
      from: { path: '^packages/web/src/', pathNot: TESTS },
      to: { path: '^packages/', pathNot: '^packages/(web|client)/' },
    },
    {
      name: 'package-door',
      comment: 'A package is entered through what its package.json exports, not by a path into its folder.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/',
        // Tests of other packages start the real server with the harness of its own; no-test-in-production keeps all else off.
        pathNot: ['^packages/$1/', '^packages/[^/]+/src/index\\.ts$', '^packages/server/test/harness\\.ts$'],
      },
    },
    {
      name: 'no-test-in-production',
      comment: 'What runs on a site does not import tests or what only tests use.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-script-in-production',
      comment: 'What runs on a site does not import what only its makers run.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TESTS },
      to: { path: '^(scripts|bench|e2e)/' },
    },
    {
      name: 'no-cycle',
      comment:
        'Two files that need each other are one, or miss a third. Circles through a type run nowhere and pass.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphan',
      comment: 'Nobody imports this file and it imports nothing.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          TESTS,
          '^(scripts|bench|e2e)/',
          '^packages/(server/bin|web/(build|public))/',
          '/assets/',
          '\\.d\\.ts$',
        ],
      },
      to: {},
    },
    {
      name: 'resolvable',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      // Icons and emoji are made while the pages are built.
      to: { couldNotResolve: true, pathNot: '^(~icons/|virtual:)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|data)/' },
    tsPreCompilationDeps: true,
    webpackConfig: { fileName: join(__dirname, '.dependency-cruiser.aliases.cjs') },
    combinedDependencies: false,
    builtInModules: { add: ['bun', 'bun:sqlite', 'bun:test', 'bun:ffi', 'bun:jsc'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'bun', 'types', 'default'],
      extensions: ['.ts', '.vue', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
}
