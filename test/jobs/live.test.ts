import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEngine } from '#core/engine-client.ts';
import { createLiveScoring } from '#core/jobs/live.ts';
import { createJobs } from '#core/jobs/runner.ts';
import { openStore } from '#core/store/open.ts';
import { liveWait } from '#core/store/live.ts';
import { applyThreshold } from '#core/store/thresholds.ts';
import { flaggedQueue } from '#core/store/queues.ts';
import { AppError } from '#core/contract/errors.ts';
import { readImagesFile } from '#engine/images-file.ts';
import type { EngineWork } from '#engine/work.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { allReady } from '#test/fakes/pixels.ts';
import { camera, model, pictures, scoreRow, temporaryFolder } from '#test/store/fixture.ts';

/** A line whose engine gives every picture its number in hundredths. */
function line(script: Partial<EngineWork> = {}) {
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, 'jobs'));
  const store = openStore(dataDir);
  const asked: number[][] = [];
  const score: EngineWork['score'] = async function* ({ imagesFile, timed }) {
    const ids = (await readImagesFile(imagesFile)).map(({ id }) => id);
    asked.push(ids);
    // The job of a backlog is the one that is timed; it never ends here.
    if (timed !== false) await new Promise(() => undefined);
    yield { kind: 'scored', rows: ids.map((id) => scoreRow(id, id / 100)), failed: [] };
    yield { kind: 'done', rows: ids.length, seconds: 1, picturesPerSecond: 1, latency: null };
  };
  const engine = startEngine(() => scriptedEngine({ score, ...script }).port);
  const { calls } = engine;
  const tools = { store, engine: calls, looking: calls, pixels: allReady(), dataDir, now: Date.now, who: () => '' };
  const left: unknown[] = [];
  const live = createLiveScoring(tools, { onJudged: () => undefined, onLeft: (thrown) => left.push(thrown) });
  const cameraId = camera(store.write);
  onTestFinished(async () => {
    await live.close();
    await engine.stop();
    store.close();
  });
  return { store, tools, live, left, asked, cameraId, ids: pictures(store.write, cameraId, 60) };
}

const withMarks = ({ store }: ReturnType<typeof line>): void => {
  const modelId = model(store.write);
  applyThreshold(store.write, { modelId, review: 0.5, reject: 0.58, reason: '', who: '', atMs: 1 });
};

describe('pictures that come one by one', () => {
  it('are judged at once, the worst first in the queue, though a backlog is being scored', async () => {
    const here = line();
    withMarks(here);
    const { store, live, ids, asked, cameraId, left } = here;
    const jobs = createJobs(here.tools, {
      onChange: () => undefined,
      onEnd: () => undefined,
      onError: () => undefined,
    });
    jobs.start('score', {});
    await expect.poll(() => asked).toHaveLength(1);
    live.add(ids.slice(52, 53));
    live.add(ids.slice(57, 60));
    await live.idle();
    expect(flaggedQueue(store.read, 9)).toEqual([60, 59, 58, 53]);
    // Scored once each, without a job, and not measured a second time.
    expect(new Set(asked.slice(1).flat())).toEqual(new Set([53, 58, 59, 60]));
    expect(asked.slice(1).flat()).toHaveLength(4);
    expect(liveWait(store.read, cameraId)).toMatchObject({ pictures: 4 });
    expect(left).toEqual([]);
    await jobs.close();
  });

  it('are taken the newest first, and more than a line can bring are a backlog', async () => {
    const here = line();
    withMarks(here);
    const { live, ids, asked, left } = here;
    live.add(ids.slice(0, 40));
    await live.idle();
    expect(asked.map((part) => part.at(-1))).toEqual([40, 24, 8]);
    expect(left).toEqual([]);
    live.add(Array.from({ length: 300 }, (_, at) => ids[at % 60]!));
    await live.idle();
    expect(left).toHaveLength(1);
  });

  it('are left to the job where the engine fails, and to nobody where no model was ever taught', async () => {
    const fails: EngineWork['score'] = async function* () {
      yield await Promise.reject(new AppError('checkpoint_broken'));
    };
    const here = line({ score: fails });
    here.live.add(here.ids);
    await here.live.idle();
    expect(here.left).toEqual([]);
    expect(here.store.read.value('SELECT count(*) FROM current_verdict')).toBe(0);
    withMarks(here);
    here.live.add(here.ids);
    await here.live.idle();
    expect(here.left).toMatchObject([{ code: 'checkpoint_broken' }]);
    expect(here.live.busy()).toBe(false);
  });
});
