import * as v from 'valibot';

const Names = v.optional(v.record(v.string(), v.string()), {});
const Entry = v.object({
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: v.optional(v.record(v.string(), v.object({ optional: v.optional(v.boolean()) })), {}),
});
const Lock = v.object({ packages: v.record(v.string(), Entry) });

/**
 * The folders of all packages that `names` need to run, nested ones too, as the lock file lays them out: `node_modules/a`,
 * `node_modules/a/node_modules/b`. Optional packages are named though a system may lack them.
 *
 * @param lockText package-lock.json, version 3
 * @throws RangeError where the lock file lacks a package that is needed
 */
export function neededPackages(lockText: string, names: readonly string[]): readonly string[] {
  const { packages } = v.parse(v.pipe(v.string(), v.parseJson(), Lock), lockText);
  const found = new Set<string>();
  const waiting = names.map((name) => ({ name, from: '', optional: false }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const path = placeOf(packages, next.name, next.from);
    if (path === undefined) {
      if (next.optional) continue;
      throw new RangeError(`package-lock.json has no ${next.name} for ${next.from || 'the app'}`);
    }
    if (found.has(path)) continue;
    found.add(path);
    const entry = packages[path];
    if (!entry) continue;
    const peers = Object.keys(entry.peerDependencies).filter((peer) => !entry.peerDependenciesMeta[peer]?.optional);
    for (const name of [...Object.keys(entry.dependencies), ...peers])
      waiting.push({ name, from: path, optional: false });
    for (const name of Object.keys(entry.optionalDependencies)) waiting.push({ name, from: path, optional: true });
  }
  return [...found].toSorted();
}

/** Where Node finds a package from another's folder: beside it, else further up. */
function placeOf(packages: Readonly<Record<string, unknown>>, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder}${folder && '/'}node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}
