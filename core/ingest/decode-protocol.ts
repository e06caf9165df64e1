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

/** Decode every page of a picture of which only the hash is known into files: of an archive nothing else was asked. */
export interface UnpackRequest {
  readonly kind: 'unpack';
  readonly path: string;
  readonly sha256: string;
  readonly channels: 1 | 3;
  /** Longest side of the results, in pixels. */
  readonly maxSide: number;
  /** How the files' names begin; the page's number and ending follow. */
  readonly base: string;
}

/** Decode a page of a known picture and encode it anew, for the screen. */
export interface RenderRequest {
  readonly kind: 'render';
  readonly path: string;
  readonly sha256: string;
  readonly page: number;
  readonly maxSide: number;
}

export type DecodeRequest = ExamineRequest | PixelsRequest | UnpackRequest | RenderRequest;

/** A question as the worker gets it. */
export type Question = DecodeRequest & {
  /** Resident memory of the worker above which it gives up: the picture asks for more than any camera's. */
  readonly limitBytes: number;
};

export interface DecodedPage {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly phash: string;
  readonly measures: PictureMeasures;
  /** Small grey copy, 64 × 64 bytes (core/domain/phase-correlation.ts). */
  readonly copy: Uint8Array;
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

export type RenderReply = { readonly ok: true; readonly bytes: Uint8Array; readonly mime: 'image/webp' } | Refusal;

/** A page that was unpacked; its size is the picture's own. */
export interface UnpackedPage {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly file: string;
}

export type UnpackReply =
  { readonly ok: true; readonly pages: readonly UnpackedPage[] } | (Refusal & { readonly about: 'picture' | 'file' });

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

/** An answer to any question. */
export type Reply = DecodeReply | PixelsReply | UnpackReply | RenderReply;

/** The answer to any question where the picture took the decoder down, or would have. */
export const brokenReply = (
  reason: 'decoder_crashed' | 'decoder_timeout' | 'decoder_memory',
): Refusal & { readonly unfinished: false; readonly about: 'picture' } => ({
  ok: false,
  error: { code: 'image_broken', params: { reason } },
  unfinished: false,
  about: 'picture',
});
