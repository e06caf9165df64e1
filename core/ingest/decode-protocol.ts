import type { ErrorData } from '#core/contract/errors.ts';
import type { UsedArea } from '#core/domain/inspection-area.ts';
import type { PictureMeasures } from '#core/domain/quality.ts';
import type { FileFacts } from '#core/store/images.ts';

/*
 * Between the core and a decode worker, a child process over Node's IPC channel. One question at a time and worker, one
 * answer. The worker knows no database and writes nothing but the decoded file it is asked for. Its death is an answer too:
 * the picture it was reading is broken.
 */

/** Is this file a picture, and what does it show? */
export interface ExamineRequest {
  readonly kind: 'examine';
  readonly path: string;
  /** What of it is measured; null: all. */
  readonly area: UsedArea | null;
}

/** Decode a page of a known picture into a file (core/imaging/raw-picture.ts). */
export interface PixelsRequest {
  readonly kind: 'pixels';
  readonly path: string;
  /** Of the picture as it was admitted: other bytes at its path are another picture. */
  readonly sha256: string;
  readonly page: number;
  readonly channels: 1 | 3;
  /** Longest side of the result, in pixels. */
  readonly maxSide: number;
  /** What of it is decoded; null: all. */
  readonly area: UsedArea | null;
  readonly file: string;
}

export type DecodeRequest = ExamineRequest | PixelsRequest;

export interface DecodedPage {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly phash: string;
  readonly measures: PictureMeasures;
}

/** Why there is no answer. */
export interface Refusal {
  readonly ok: false;
  readonly error: ErrorData;
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
  | (Refusal & {
      /** The file may only not be finished: its end is missing. */
      readonly unfinished: boolean;
    });

export type PixelsReply =
  | {
      readonly ok: true;
      /** Length of the decoded file. */
      readonly bytes: number;
    }
  | (Refusal & {
      /** picture: it cannot be used. file: the decoded file could not be written (disk full, …). */
      readonly about: 'picture' | 'file';
    });
