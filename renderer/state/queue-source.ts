import type { QueueItem } from '#core/contract/views.ts';
import type { QueueSource } from './picture-queue.svelte.ts';
import type { Session } from './session.svelte.ts';

/** The part of a queue's source that both pages of judging have: taking back, putting back and finding a picture again. */
export function stepsOf(
  session: Session,
  area: 'teach' | 'review',
  why: () => QueueItem['why'],
): Pick<QueueSource, 'undo' | 'redo' | 'find'> {
  return {
    undo: () => session.ask((client) => client[area].undo()),
    redo: () => session.ask((client) => client[area].redo()),
    find: async (imageId) => {
      const evidence = await session.ask((client) => client.review.evidence({ imageId }));
      return evidence && { image: evidence.image, why: why() };
    },
  };
}
