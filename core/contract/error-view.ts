import * as v from 'valibot';
import { errorCodes } from './errors.ts';

/** `ErrorData` as it is parsed where it arrives. */
export const ErrorView = v.object({
  code: v.picklist(errorCodes),
  params: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
});
export type ErrorView = v.InferOutput<typeof ErrorView>;
