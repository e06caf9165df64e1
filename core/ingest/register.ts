import { basename } from 'node:path';
import type { CameraId, ImageId } from '#core/domain/ids.ts';
import type { ErrorData } from '#core/contract/errors.ts';
import type { Writer } from '#core/store/handle.ts';
import { admitPicture, type FileFacts } from '#core/store/images.ts';
import { newestBaseline } from '#core/store/quality.ts';
import { quarantineFile } from '#core/store/quarantine.ts';
import { CameraNormal } from './camera-normal.ts';
import type { DecodeReply } from './decode-protocol.ts';
import { Describer } from './describe.ts';

/** A file that is done with: to be admitted or to be put on the list of broken ones. */
export type Outcome = { readonly cameraId: CameraId; readonly path: string } & (
  | { readonly kind: 'decoded'; readonly reply: Extract<DecodeReply, { ok: true }> }
  | { readonly kind: 'broken'; readonly facts: FileFacts; readonly error: ErrorData }
);

export interface Registered {
  /** Pictures that were not there before. */
  readonly admitted: readonly ImageId[];
  /** Tries so far by path, 0 for what was admitted. */
  readonly tries: ReadonlyMap<string, number>;
}

/** Writes outcomes to the store, many in one transaction, judging each picture's quality by its camera's baseline. */
export class Registrar {
  readonly #db: Writer;
  readonly #now: () => number;
  readonly #normals = new Map<CameraId, CameraNormal>();

  constructor(db: Writer, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  #normal(cameraId: CameraId, atMs: number): CameraNormal {
    let normal = this.#normals.get(cameraId);
    if (normal === undefined) {
      normal = new CameraNormal(this.#db, cameraId, atMs);
      this.#normals.set(cameraId, normal);
    }
    return normal;
  }

  /** A person may have asked meanwhile that a camera's normal look be learnt again. */
  #forgetReplaced(): void {
    for (const [cameraId, { baselineId }] of this.#normals)
      if (newestBaseline(this.#db, cameraId)?.id !== baselineId) this.#normals.delete(cameraId);
  }

  #admit(outcome: Extract<Outcome, { kind: 'decoded' }>, atMs: number, describer: Describer): ImageId[] {
    const { cameraId, path, reply } = outcome;
    const place = { cameraId, path, fileName: basename(path), ...reply.facts, sha256: reply.sha256, seenAtMs: atMs };
    const takenAtMs = reply.takenAtMs ?? Math.round(reply.facts.mtimeMs);
    const normal = this.#normal(cameraId, atMs);
    return reply.pages.flatMap(({ measures, copy, ...page }) => {
      const seen = { measures, copy, phash: page.phash };
      const quality = normal.judge(seen);
      const { imageId, outcome: how } = admitPicture(this.#db, { ...place, ...page, takenAtMs, quality });
      if (how !== 'new') return [];
      normal.admitted(imageId, seen, { ...measures, shift: quality.shift }, atMs);
      const clocks = { exifAtMs: reply.takenAtMs, fileAtMs: reply.facts.mtimeMs, seenAtMs: atMs };
      describer.describe({ imageId, cameraId, path, ...clocks });
      return [imageId];
    });
  }

  #quarantine(outcome: Extract<Outcome, { kind: 'broken' }>, atMs: number): number {
    const { cameraId, path, error, facts } = outcome;
    return quarantineFile(this.#db, { cameraId, path, fileName: basename(path), error, atMs, ...facts });
  }

  /** All or nothing; throws what SQLite throws (a full disk, say), and then nothing was written. */
  register(outcomes: readonly Outcome[]): Registered {
    const admitted: ImageId[] = [];
    const tries = new Map<string, number>();
    const atMs = this.#now();
    try {
      this.#db.transaction(() => {
        const describer = new Describer(this.#db);
        this.#forgetReplaced();
        for (const outcome of outcomes) {
          const broken = outcome.kind === 'broken';
          tries.set(outcome.path, broken ? this.#quarantine(outcome, atMs) : 0);
          if (!broken) admitted.push(...this.#admit(outcome, atMs, describer));
        }
      });
    } catch (error) {
      // What was learned of a picture that is not stored would count twice.
      this.#normals.clear();
      throw error;
    }
    return { admitted, tries };
  }
}
