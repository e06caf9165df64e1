import type { ErrorData } from '#core/contract/errors.ts';
import type { PictureMeasures } from '#core/domain/quality.ts';
import type { FileFacts } from '#core/store/images.ts';

/*
 * Between the core and a decode worker, a child process over Node's IPC channel. One question at a time and worker: a path;
 * one answer. The worker writes nothing and knows no database. Its death is an answer too: the file it was reading is broken.
 */

export interface DecodeRequest {
  readonly path: string;
}

export interface DecodedPage {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly phash: string;
  readonly measures: PictureMeasures;
}

export type DecodeReply =
  | {
      readonly ok: true;
      /** Of the file as it was read. */
      readonly facts: FileFacts;
      readonly sha256: string;
      /** From EXIF; null where it doesn't say. */
      readonly takenAtMs: number | null;
      readonly pages: readonly DecodedPage[];
    }
  | {
      readonly ok: false;
      readonly error: ErrorData;
      /** The file may only not be finished: its end is missing. */
      readonly unfinished: boolean;
    };
