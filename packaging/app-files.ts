import { facts } from './targets.ts';
import type { Target } from './targets.ts';

/** Whoever gets the app gets the licences. */
const licence = /(^|\/)(licen[cs]e|copying|notice|third.?party)[^/]*$/i;

/** What packages carry for those who develop them: sources, declarations, maps, tests, manuals. */
const development = [
  /\.(map|flow|ts|mts|cts|tsbuildinfo|c|cc|cpp|h|hpp|gyp|gypi|md|markdown|html|bat|cmd|sh|info|nycrc|png|svg|pem|key)$/i,
  /(^|\/)(tests?|__tests__|docs?|examples?|benchmarks?|coverage|man|\.[^/]+)\//,
  /(^|\/)\.[^/]+$/,
  /_test\.js$/,
];

/** Parts of single packages that this app never loads. */
const unused = [
  // Sources and downloads: the engine finds its binding in resources/native.
  /^node_modules\/@tensorflow\/tfjs-node-gpu\/(binding|deps|lib|scripts|src)\//,
  // Bundles for pages; Node loads *.node.js and the single files below dist.
  /^node_modules\/@tensorflow\/[^/]+\/dist\/tf[^/]*?(?<!\.node)\.js$/,
  /^node_modules\/@tensorflow\/[^/]+\/dist\/.*\.min\.js$/,
  // Sources that are compiled into the prebuilt binaries.
  /^node_modules\/better-sqlite3\/(deps|src)\//,
  // Sources and downloads of ONNX Runtime.
  /^node_modules\/onnxruntime-node\/(lib|script)\//,
  // Types only.
  /^node_modules\/(.*\/)?(@types|@webgpu\/types|undici-types)\//,
];

/** Prebuilt binaries of which only one system's are wanted: the captured name says whose. */
const prebuilt = [
  // Named win32/x64 where others say win32-x64.
  /^node_modules\/onnxruntime-node\/bin\/napi-v6\/([a-z0-9]+\/[a-z0-9]+)\//,
  /^node_modules\/webgpu\/dist\/([a-z0-9]+-[a-z0-9]+)\//,
  /^node_modules\/better-sqlite3\/prebuilds\/([a-z0-9]+-[a-z0-9]+)\.node$/,
];

/**
 * Whether a file of the app's packages is packed.
 *
 * @param file below the app's folder, with `/`; a folder ends with it
 */
export function isShipped(target: Target, file: string): boolean {
  const system = prebuilt.map((pattern) => pattern.exec(file)?.[1]).find((found) => found !== undefined);
  if (system !== undefined && system.replace('/', '-') !== facts[target].native) return false;
  if (unused.some((pattern) => pattern.test(file))) return false;
  return licence.test(file) || !development.some((pattern) => pattern.test(file));
}
