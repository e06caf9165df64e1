import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Certificate } from './contract/certificate.ts';
import { writeWhole } from './disk/whole-file.ts';
import { syncFolder, syncPath } from './store/backup.ts';

const folderOf = (dataDir: string): string => join(dataDir, 'certificates');

/** Writes a certificate beside the database, so that one that is put back from before the deletion learns of it. On the disk when done. */
export async function keepCertificate(dataDir: string, certificate: Certificate): Promise<void> {
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${certificate.number}.json`);
  await writeWhole(file, JSON.stringify(certificate), { makesFolder: true });
  syncPath(file);
  syncFolder(folder);
}

/** The certificates that lie beside the database, by number; one that cannot be read is left where it is. */
export function keptCertificates(dataDir: string): Certificate[] {
  let names: string[];
  try {
    names = readdirSync(folderOf(dataDir)).filter((name) => /^\d{1,9}\.json$/.test(name));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      try {
        const parsed = v.safeParse(Certificate, JSON.parse(readFileSync(join(folderOf(dataDir), name), 'utf8')));
        return parsed.success ? [parsed.output] : [];
      } catch {
        return [];
      }
    })
    .toSorted((a, b) => a.number - b.number);
}
