/**
 * The layer table of ARCHITECTURE.md as data. A layer is a folder; `mayImport` are the layers of ours that it may use
 * besides itself, as path patterns. Tests may import anything, and nothing may import tests.
 */
const domain = 'core/domain/';
const contract = 'core/contract/';
const imaging = 'core/imaging/';
const store = 'core/store/';
const messages = 'messages/';
const disk = 'core/disk/';
/** createApp, the pilot and their wiring: the files directly under core. */
const app = 'core/[^/]+\\.ts$';
/** What the browser host and Electron share. */
const shell = 'core/shell/';

const layers = [
  { path: domain, mayImport: [] },
  { path: disk, mayImport: [] },
  { path: contract, mayImport: [domain] },
  { path: imaging, mayImport: [domain, contract] },
  { path: store, mayImport: [domain, contract] },
  { path: 'core/ingest/', mayImport: [domain, contract, store, imaging] },
  {
    path: 'core/archive/',
    mayImport: [domain, contract, disk, store, 'core/ingest/', 'core/imaging/picture-file\\.ts$'],
  },
  { path: 'core/jobs/', mayImport: [domain, contract, disk, store] },
  { path: 'core/review/', mayImport: [domain, contract, store] },
  { path: 'core/report/', mayImport: [domain, contract, store, messages] },
  { path: 'core/outputs/', mayImport: [domain, contract, disk, store, 'core/report/csv\\.ts$'] },
  { path: 'core/governance/', mayImport: [domain, contract, store] },
  { path: 'core/sample/', mayImport: [domain, contract, store, imaging] },
  { path: shell, mayImport: [domain, contract, disk, messages, 'core/app-types\\.ts$'] },
  { path: app, mayImport: ['core/', messages] },
  { path: 'engine/', mayImport: [domain, contract, imaging, 'native/load-(tensorflow|collective)\\.ts$'] },
  // the window counts and words what the report does by the same functions; a rule below keeps it from the rest
  { path: 'renderer/', mayImport: [domain, contract, messages, 'core/report/', 'core/sample/practice-part\\.ts$'] },
  {
    path: 'host/',
    mayImport: [app, shell, domain, contract, messages, 'native/doctor\\.ts$', 'native/setup/browser\\.mjs$'],
  },
  { path: 'electron/', mayImport: [app, shell, disk, domain, contract, messages] },
  { path: 'native/', mayImport: [contract] },
  { path: messages, mayImport: [contract] },
  { path: 'bench/', mayImport: ['core/', 'engine/', messages, 'native/'] },
  { path: 'packaging/', mayImport: ['native/setup/', 'electron/bundle\\.ts$'] },
];

/** Packages that live in one place only, so that each can be replaced or refused there. */
const packages = [
  { name: 'better-sqlite3', livesIn: [store] },
  { name: 'onnxruntime-node', livesIn: ['engine/onnx/'] },
  { name: 'protobufjs', livesIn: ['engine/onnx/'] },
  { name: '(hyparquet|hyparquet-writer)', livesIn: ['core/archive/'] },
  { name: 'fflate', livesIn: ['core/jobs/'] },
  { name: 'chokidar', livesIn: ['core/ingest/'] },
  { name: 'sharp', livesIn: [imaging, 'core/sample/', 'engine/', 'bench/', 'packaging/icons\\.ts$'] },
  { name: 'write-excel-file', livesIn: ['core/report/'] },
  { name: '@tensorflow/[^/]+', livesIn: ['engine/', 'native/', 'bench/'] },
  { name: '(@fastify/[^/]+|fastify)', livesIn: ['host/'] },
  { name: '(mqtt|node-opcua-[^/]+)', livesIn: ['core/outputs/'] },
  { name: 'commander', livesIn: ['host/', 'bench/'] },
  { name: 'electron', livesIn: ['electron/'] },
  { name: '(svelte|d3-[^/]+)', livesIn: ['renderer/'] },
];

const ours = '^(core|engine|renderer|host|electron|native|messages|bench|packaging)/';
/** @param {readonly string[]} paths */
const anchored = (paths) => paths.map((path) => `^${path}`);

const layerRules = layers.map(({ path, mayImport }) => ({
  name: `layer ${path}`,
  comment: `${path} may import only: ${mayImport.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${path}` },
  to: { path: ours, pathNot: anchored([path, ...mayImport]) },
}));

const packageRules = packages.map(({ name, livesIn }) => ({
  name: `package ${name}`,
  comment: `${name} is imported only in ${livesIn.join(', ')}`,
  severity: 'error',
  from: { pathNot: [...anchored(livesIn), '^test/', '^[^/]+\\.config\\.ts$'] },
  to: { path: `(^|/)node_modules/${name}/` },
}));

export default {
  forbidden: [
    ...layerRules,
    ...packageRules,
    {
      name: 'no cycles',
      comment: 'Two files that need each other are one file, or a third is missing. Types may point back.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing imports tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'domain is pure',
      comment: 'core/domain is arithmetic that runs anywhere: no package, no Node',
      severity: 'error',
      from: { path: `^${domain}` },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'no Node in the pages',
      comment: 'The renderer runs in a browser; what it reaches in core and messages does too',
      severity: 'error',
      from: { path: ['^renderer/', `^${contract}`, `^${messages}`], pathNot: 'vite\\.config\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the pages reach no store and no native code',
      severity: 'error',
      from: { path: '^renderer/', pathNot: 'vite\\.config\\.ts$' },
      to: {
        path: ['^core/(store|ingest|imaging)/', '^(engine|host|electron|native)/', '/write-excel-file/'],
        reachable: true,
      },
    },
    {
      name: 'the core opens no picture',
      comment: 'Files of unknown origin are decoded by workers that may die of them',
      severity: 'error',
      from: { path: '^core/', pathNot: ['^core/imaging/', '^core/ingest/decode-worker\\.ts$'] },
      to: { path: '^core/imaging/(decode|render)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'everything resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    {
      name: 'no development package at run time',
      comment: 'npm ci --omit=dev must run the app; the pages are bundled and the shell is built',
      severity: 'error',
      from: { path: '^(core|engine|host|messages)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^native/runtime/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types', 'svelte'],
      exportsFields: ['exports'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.svelte', '.json', '.d.ts'],
    },
  },
};
