import { implement, ORPCError } from '@orpc/server';
import type { CallContext } from '../app-types.ts';
import { AppError, toErrorData } from '../contract/errors.ts';
import type { TrailEvent } from '../contract/history.ts';
import { uiContract } from '../contract/ui.ts';
import type { Core } from '../core.ts';
import type { CameraId, ClassId, ImageId } from '../domain/ids.ts';
import { addAudit } from '../store/audit.ts';
import { getCamera, type CameraRow } from '../store/cameras.ts';
import { checkInUse } from '../store/classes.ts';
import { pictureFile } from '../store/images.ts';
import type { Gate } from './gate.ts';

/**
 * The contract to implement, every failure turned into its typed error `APP`; unforeseen ones are logged whole. Each call goes through
 * the gate; one is absent only where no window is served.
 */
export function implementer(core: Core, gate?: Gate) {
  const os = implement(uiContract).$context<CallContext>();
  return os.use(async ({ next, path, context }) => {
    try {
      return await (gate === undefined ? next() : gate(path, context, async () => next()));
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
  ({ store, person, now }: Core): Note =>
  (what, params) =>
    addAudit(store.write, { who: person(), what, params, atMs: now() });

/** In whose name a judgement is recorded: who judged must be who is signed in. Throws `other_person`. */
export function judgedBy({ person }: Core, who: string | undefined): string {
  if (who !== undefined && person() !== '' && who !== person()) throw new AppError('other_person', { name: who });
  return who ?? person();
}

/** The branded id of a class that takes labels. Throws `class_retired` for any other: the judgement is asked for again. */
export function knownClass({ store }: Core, id: number): ClassId {
  checkInUse(store.read, id as ClassId);
  return id as ClassId;
}
