import type { ServerPlace } from '#core/contract/tf-config.ts';
import type { Translate } from '#messages/translate.ts';

/** What whoever starts a worker of a cluster has to know of it. */
export function clusterLine({ workers, index }: ServerPlace, translate: Translate): string {
  return translate('host.cluster', { worker: index + 1, workers: workers.length });
}
