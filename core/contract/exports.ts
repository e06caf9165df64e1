import * as v from 'valibot';
import { ErrorView } from './error-view.ts';

export const exportKinds = ['html', 'pdf', 'xlsx', 'csv', 'png'] as const;
export type ExportKind = (typeof exportKinds)[number];

/** One file of a report: there under its name, or why it is not. */
export const ExportedFile = v.object({
  kind: v.picklist(exportKinds),
  name: v.string(),
  error: v.nullable(ErrorView),
});
export type ExportedFile = v.InferOutput<typeof ExportedFile>;
