import { basename } from 'node:path';
import type { DataSet, RightVersion } from '#core/store/data-rights.ts';
import { csvDocument, localTime, numberField, textField } from './csv.ts';

const columns = [
  ...['data_set', 'camera', 'folder', 'pictures', 'state_now', 'version', 'word', 'owner', 'purpose', 'people'],
  ...['customer_parts', 'customer', 'basis', 'basis_note', 'basis_day', 'keep_until', 'reason', 'who', 'at'],
];

/**
 * The register with everything that was said of each data set, the newest first; a data set of which nobody said anything has one
 * line. Where a folder lies is nobody's business outside.
 */
export function rightsCsv(
  register: readonly { readonly set: DataSet; readonly versions: readonly RightVersion[] }[],
): string {
  const lines = register.flatMap(({ set, versions }) => {
    const of = [
      ...[textField(set.name), numberField(set.cameraId), textField(basename(set.folder))],
      ...[numberField(set.pictures), set.state],
    ];
    if (versions.length === 0) return [[...of, ...Array<string>(columns.length - of.length).fill('')].join(',')];
    return versions.map((one) =>
      [
        ...[...of, numberField(one.id), one.word, textField(one.owner), textField(one.purpose), one.people],
        ...[one.customerParts, textField(one.customer), one.basis, textField(one.basisNote), one.basisDay],
        ...[one.keepUntil, textField(one.reason), textField(one.who), localTime(one.atMs)],
      ].join(','),
    );
  });
  return csvDocument(columns, lines);
}
