import type { LedgerLine } from '#core/contract/views.ts';
import type { ImageId } from '#core/domain/ids.ts';
import type { LotPicture, lotScores } from '#core/store/lots.ts';
import { csvDocument, localTime, numberField, textField } from './csv.ts';

/*
 * The tables of a lot that is taken out. Names of columns and values do not follow the reader's language: they are for others' programs.
 */

const pictureColumns = [
  ...[
    'image_id',
    'picture',
    'file',
    'sha256',
    'page',
    'camera',
    'serial',
    'shift',
    'taken_at',
    'admitted_at',
    'quality',
  ],
  ...['label', 'labelled_by', 'verdict', 'score', 'model', 'split', 'state'],
];

/** @param files where each picture lies in the folder; absent: it has none */
export function picturesCsv(pictures: readonly LotPicture[], files: ReadonlyMap<ImageId, string>): string {
  const stateOf = ({ id, deleted }: LotPicture): string =>
    deleted === 1 ? 'deleted' : files.has(id) ? 'there' : 'not_readable';
  return csvDocument(
    pictureColumns,
    pictures.map((one) =>
      [
        ...[numberField(one.id), textField(files.get(one.id) ?? ''), textField(one.fileName), one.sha256],
        ...[numberField(one.page), ...[one.camera, one.serial, one.shift].map(textField)],
        ...[localTime(one.takenAtMs), localTime(one.seenAtMs), one.quality],
        ...[textField(one.label), textField(one.labelledBy), one.verdict, numberField(one.score)],
        ...[numberField(one.modelId), one.split, stateOf(one)],
      ].join(','),
    ),
  );
}

export function scoresCsv(scores: ReturnType<typeof lotScores>): string {
  return csvDocument(
    ['image_id', 'model', 'score', 'own_score', 'source', 'at'],
    scores.map((one) =>
      [
        ...[numberField(one.imageId), numberField(one.modelId), numberField(one.score), numberField(one.ownScore)],
        ...[one.source, localTime(one.atMs)],
      ].join(','),
    ),
  );
}

/** Everything that happened to each picture: labels, verdicts, decisions, edits. */
export function historyCsv(
  histories: readonly { readonly id: ImageId; readonly lines: readonly LedgerLine[] }[],
): string {
  return csvDocument(
    ['image_id', 'at', 'event', 'who', 'details'],
    histories.flatMap(({ id, lines }) =>
      lines.map(({ atMs, event, who, params }) => {
        const details = Object.entries(params)
          .filter(([, value]) => value !== '')
          .map(([name, value]) => `${name}=${String(value)}`)
          .join(' ');
        return [numberField(id), localTime(atMs), ...[event, who, details].map(textField)].join(',');
      }),
    ),
  );
}
