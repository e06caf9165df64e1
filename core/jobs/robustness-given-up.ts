import { rm } from 'node:fs/promises';
import { listJobs } from '#core/store/jobs.ts';
import { jobDir, type JobRun, type JobTools } from './job.ts';

/** Models that were taught for measurements which nobody goes on with. */
export async function removeGivenUp(tools: JobTools, run: JobRun): Promise<void> {
  for (const job of listJobs(tools.store.read)) {
    const isOver = job.state === 'cancelled' || job.state === 'failed';
    if (isOver && job.id !== run.job.id && job.kind === 'evaluate')
      await rm(jobDir(tools, { ...run, job }), { recursive: true, force: true });
  }
}
