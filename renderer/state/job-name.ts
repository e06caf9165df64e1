import type { JobView } from '#core/contract/views.ts';
import type { MessageKey } from '#messages/translate.ts';

/** By which a job is called: an evaluation of one model is something else than one of the encoder. */
export const jobName = ({ kind, modelId }: Pick<JobView, 'kind' | 'modelId'>): MessageKey =>
  kind === 'evaluate' && modelId !== null ? 'job.robustness' : `job.${kind}`;
