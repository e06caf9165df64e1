import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../native/setup/files.mjs';
import { facts } from './targets.ts';
import type { Target } from './targets.ts';
import { resedit } from './tools.ts';

/** Where Electron's executables keep their fuses: this text, a version, a length, one digit a fuse (@electron/fuses). */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuseWire = Buffer.concat([Buffer.from(fuseSentinel), Buffer.from([1, 9]), Buffer.from('0'.repeat(9))]);
const languageUs = 1033;
const codepageUnicode = 1200;

/**
 * A folder that electron-builder takes for Electron's: everything that it reads, renames or edits, and nothing that runs.
 * It stands in where Electron's own binary cannot be, so that all of packing but Electron itself is tried.
 */
export async function makeStubElectron(target: Target, folder: string): Promise<void> {
  const { version } = createRequire(import.meta.url)('electron/package.json') as { version: string };
  const locales = join(folder, 'locales');
  await rm(folder, { recursive: true, force: true });
  await mkdir(locales, { recursive: true });
  await mkdir(join(folder, 'resources'));
  for (const locale of ['en-US', 'ja', 'de']) await writeFile(join(locales, `${locale}.pak`), '');
  await writeFile(join(folder, 'version'), version);
  await cp(join(root, 'node_modules', 'electron', 'LICENSE'), join(folder, 'LICENSE'));
  await writeFile(join(folder, 'LICENSES.chromium.html'), '<!doctype html><title>Stub</title>');
  const program = target === 'win' ? emptyProgram() : Buffer.from('#!/bin/sh\nexit 1\n');
  await writeFile(join(folder, facts[target].electron), Buffer.concat([program, fuseWire]), { mode: 0o755 });
}

/** A Windows program without code that says who made it, as electron-builder expects of one. */
function emptyProgram(): Buffer {
  const { NtExecutable, NtExecutableResource, Resource } = resedit;
  const program = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(program);
  const about = Resource.VersionInfo.createEmpty();
  about.setFileVersion(1, 0, 0, 0, languageUs);
  about.setStringValues(
    { lang: languageUs, codepage: codepageUnicode },
    { ProductName: 'Electron', FileDescription: 'Electron' },
  );
  about.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.from(program.generate());
}
