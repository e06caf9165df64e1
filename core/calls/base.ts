import { implement, ORPCError } from '@orpc/server';
import { AppError, toErrorData } from '../contract/errors.ts';
import { uiContract } from '../contract/ui.ts';
import type { Core } from '../core.ts';
import type { ClassId, ImageId } from '../domain/ids.ts';
import { listClasses } from '../store/classes.ts';
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

/** The branded id of a class that exists. */
export function knownClass({ store }: Core, id: number): ClassId {
  const found = listClasses(store.read).find((entry) => entry.id === id);
  if (found === undefined) throw new AppError('not_found', { classId: id });
  return found.id;
}
