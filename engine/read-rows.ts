import { closeSync, openSync, readSync } from 'node:fs';
import { ignoredCells, ignoredOffset, RAW_HEADER_BYTES } from '#core/imaging/raw-picture.ts';
import { pixelsLost } from '#core/imaging/pixels-lost.ts';

/** A decoded picture's file (core/imaging/raw-picture.ts) and what is known of it. */
export interface DecodedFile {
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads some rows of decoded pictures, nothing else of them: the system's page cache is the only memory that pictures take.
 * Synchronous, for workers.
 */
export class RowReader {
  #buffer = new Uint8Array(0);

  /**
   * `count` rows from row `top` on; overwritten by the next call.
   *
   * @throws AppError `pixels_lost`
   */
  read({ file, width }: DecodedFile, channels: 1 | 3, top: number, count: number): Uint8Array {
    const rowBytes = width * channels;
    return this.#readAt(file, RAW_HEADER_BYTES + top * rowBytes, count * rowBytes);
  }

  /**
   * Which cells of a picture are ignored, of a file that says so; overwritten by the next call.
   *
   * @throws AppError `pixels_lost`
   */
  readIgnored({ file, ...size }: DecodedFile, channels: 1 | 3): Uint8Array {
    const { columns, rows } = ignoredCells(size);
    return this.#readAt(file, ignoredOffset({ ...size, channels }), columns * rows);
  }

  #readAt(file: string, position: number, bytes: number): Uint8Array {
    if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(bytes);
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, 'r');
      for (let at = 0; at < bytes;) {
        const read = readSync(descriptor, this.#buffer, at, bytes - at, position + at);
        if (read === 0) throw new RangeError('the file ends early');
        at += read;
      }
    } catch (cause) {
      throw pixelsLost(file, cause);
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
    return this.#buffer.subarray(0, bytes);
  }
}
