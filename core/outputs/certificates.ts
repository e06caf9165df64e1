import { X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { errorCode, lineOf } from './said.ts';
import { OutputFailed } from './sender.ts';
import type { FailReason } from '#core/contract/outputs.ts';

/** A bundle of all public authorities has 200 kB. */
const MOST_BYTES = 1_000_000;
const block = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * A file that a person named in the settings of an output; undefined where none is named. Read at each connection, since certificates are
 * renewed by replacing the file.
 *
 * @throws OutputFailed with `reason`
 */
export async function namedFile(path: string, reason: FailReason): Promise<Buffer | undefined> {
  if (path === '') return undefined;
  try {
    await using handle = await open(path);
    const found = await handle.stat();
    if (!found.isFile() || found.size > MOST_BYTES) throw new OutputFailed(reason, `${path}: no certificate file`);
    return await handle.readFile();
  } catch (error) {
    if (error instanceof OutputFailed) throw error;
    throw new OutputFailed(reason, `${path}: ${errorCode(error) ?? lineOf(error)}`);
  }
}

/**
 * The certificates of a PEM file, one by one; undefined where none is named.
 *
 * @throws OutputFailed with `reason` where there is none in it or one cannot be read: an authority that is silently left out would look
 *   like a receiver that is not to be trusted
 */
export async function namedCertificates(path: string, reason: FailReason): Promise<readonly string[] | undefined> {
  const bytes = await namedFile(path, reason);
  if (bytes === undefined) return undefined;
  const found = bytes.toString('latin1').match(block) ?? [];
  try {
    if (found.length === 0) throw new Error('no certificate in it');
    for (const text of found) void new X509Certificate(text);
  } catch (error) {
    throw new OutputFailed(reason, `${path}: ${lineOf(error)}`);
  }
  return found;
}
