import type { ErrorData } from '#core/contract/errors.ts';
import { type ExportedFile, type ExportKind, exportKinds } from '#core/contract/exports.ts';

/** The five files of a report; some with the reason why they are not there. */
export function fixtureExports(failed: Partial<Record<ExportKind, ErrorData>> = {}): ExportedFile[] {
  return exportKinds.map((kind) => ({ kind, name: `report.${kind}`, error: failed[kind] ?? null }));
}
