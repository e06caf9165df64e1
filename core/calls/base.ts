import { implement, ORPCError } from '@orpc/server';
import { AppError, toErrorData } from '../contract/errors.ts';
import type { TrailEvent } from '../contract/history.ts';
import { uiContract } from '../contract/ui.ts';
import type { Core } from '../core.ts';
import type { CameraId, ClassId, ImageId } from '../domain/ids.ts';
import { addAudit } from '../store/audit.ts';
import { getCamera, type CameraRow } from '../store/cameras.ts';
import { checkInUse } from '../store/classes.ts';
import { pictureFile } from '../store/images.ts';

/** The contract to implement, every failure turned into its typed error `APP`; unforeseen ones are logged whole. */
export function implementer(core: Core) {
  return implement(uiContract).use(async ({ next, path }) => {
    try {
      return await next();
    } catch (thrown) {
      if (thrown instanceof ORPCError) throw thrown;
      const data = toErrorData(thrown);
      if (data.code === 'internal')
        core.log('error', 'call_failed', {
          call: path.join('.'),
          ...data.params,
          ...(thrown instanceof Error && thrown.stack !== undefined ? { stack: thrown.stack } : {}),
        });
      throw new ORPCError('APP', { status: 422, data, cause: thrown });
    }
  });
}

export type Implementer = ReturnType<typeof implementer>;

/** The branded id of a picture that exists. */
export function knownImage({ store }: Core, id: number): ImageId {
  if (pictureFile(store.read, id as ImageId) === null) throw new AppError('not_found', { imageId: id });
  return id as ImageId;
}

/** A camera that is watched or paused. */
export function knownCamera({ store }: Core, id: number): CameraRow {
  const camera = getCamera(store.read, id as CameraId);
  if (camera === null) throw new AppError('not_found', { cameraId: id });
  return camera;
}

export type Note = (what: TrailEvent, params: Record<string, string | number | boolean>) => void;

/** Adds lines to the audit trail in the name of the person who works at the window. */
export const noteOf =
  ({ store, settings, now }: Core): Note =>
  (what, params) =>
    addAudit(store.write, { who: settings().person, what, params, atMs: now() });

/** The branded id of a class that takes labels. Throws `class_retired` for any other: the judgement is asked for again. */
export function knownClass({ store }: Core, id: number): ClassId {
  checkInUse(store.read, id as ClassId);
  return id as ClassId;
}
