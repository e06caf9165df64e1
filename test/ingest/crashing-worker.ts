import '#core/ingest/decode-worker.ts';

/** The real decode worker, which dies of some files as a native decoder would. */
process.prependListener('message', (request) => {
  if (JSON.stringify(request).includes('deadly')) process.kill(process.pid, 'SIGSEGV');
});
