import { mkdirSync } from 'node:fs';
import type { AppState } from './contract/views.ts';
import type { Core } from './core.ts';
import { clearSample, sampleFolder } from './rights.ts';
import { listCameras } from './store/cameras.ts';
import { createSampleLine, type SampleLine } from './sample/sample-line.ts';

/** Enough for a pretraining and a few labels, played in about a minute and a half. */
const SAMPLE = { total: 300, defectShare: 0.15, picturesPerSecond: 4, seed: 20_260 };

/** The simulated camera of the sample line: writes part pictures into a folder of the data folder, which is watched like any. */
export interface SamplePlay {
  readonly status: () => AppState['sample'];
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export function createSamplePlay(core: Core, cameraName: () => { line: string; camera: string }): SamplePlay {
  const folder = sampleFolder(core);
  // Of a version before the register.
  clearSample(core);
  let line: SampleLine | undefined;
  return {
    status() {
      if (line === undefined) return null;
      const { running, written, total } = line.status();
      return { running, written, total, folder };
    },
    async start() {
      if (line?.status().running === true) return;
      mkdirSync(folder, { recursive: true });
      const { line: lineName, camera } = cameraName();
      const known = listCameras(core.store.read).some((entry) => entry.folder === folder);
      if (!known) await core.ingest.addCamera({ name: camera, folder, lineName });
      clearSample(core);
      line = createSampleLine({ folder, ...SAMPLE });
      line.start();
      core.changed();
    },
    async stop() {
      await line?.stop();
      core.changed();
    },
  };
}
