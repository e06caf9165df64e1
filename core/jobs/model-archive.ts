import * as v from 'valibot';
import { ExportCard, MODEL_FILE_VERSION } from '#core/contract/exchange.ts';
import { AppError } from '#core/contract/errors.ts';
import { jsonOf, readBounded, sha256Of, unzipStored, type Broken } from './zip-file.ts';

/*
 * A model for others: the ONNX graph, the card as data and as pages, and the app's own file for another line.
 */

export const MODEL_EXTENSION = '.minarai-model';
const LARGEST_CARD = 2 ** 22;
const largest: ReadonlyMap<string, number> = new Map([
  ['model.onnx', Infinity],
  ['model.minarai', Infinity],
  ['card.json', LARGEST_CARD],
  ['card.ja.md', LARGEST_CARD],
  ['card.en.md', LARGEST_CARD],
]);

/** What a file of another line holds; its hashes are right. */
export interface ModelArchive {
  readonly card: ExportCard;
  readonly native: Uint8Array;
}

/**
 * Opens a file of another line. No name in it becomes a path, nothing in it is executed, and every length is held to a bound before
 * anything is unpacked.
 *
 * @throws AppError `not_found`; `model_file_broken` with a `reason`; `model_file_newer`
 */
export async function readArchive(path: string): Promise<ModelArchive> {
  const broken: Broken = (reason, cause) => new AppError('model_file_broken', { path, reason }, { cause });
  const files = unzipStored(await readBounded(path, broken), (name) => largest.get(name), broken);
  const [onnx, native, json] = ['model.onnx', 'model.minarai', 'card.json'].map((name) => files.get(name));
  if (!onnx || !native || !json) throw broken('parts');
  const card = cardOf(json, broken);
  if (sha256Of(onnx) !== card.files['model.onnx'] || sha256Of(native) !== card.files['model.minarai'])
    throw broken('hash');
  return { card, native };
}

function cardOf(json: Uint8Array, broken: Broken): ExportCard {
  const said = jsonOf(json, broken);
  const version = v.safeParse(v.object({ format: v.literal('minarai-model'), version: v.number() }), said);
  if (version.success && version.output.version > MODEL_FILE_VERSION)
    throw new AppError('model_file_newer', { version: version.output.version, newest: MODEL_FILE_VERSION });
  const card = v.safeParse(ExportCard, said);
  if (!card.success) throw broken('card', new v.ValiError(card.issues));
  return card.output;
}
