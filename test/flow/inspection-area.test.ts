import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ImageRow } from '#core/contract/engine.ts';
import type { AppState } from '#core/contract/views.ts';
import { createApp } from '#core/app.ts';
import type { InspectionArea } from '#core/contract/inspection-area.ts';
import { encodeGreyPng } from '#core/imaging/encode.ts';
import { readRawHeader } from '#core/imaging/raw-picture.ts';
import { Random } from '#core/domain/random.ts';
import { renderSample, sampleCamera } from '#core/sample/sample-part.ts';
import { openStore } from '#core/store/open.ts';
import type { EngineWork } from '#engine/work.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { model } from '#test/store/fixture.ts';
import { signedIn } from '#test/fakes/signed-in.ts';

const series = { seed: 4, defectShare: 0 };
const right: InspectionArea = { region: { x: 0.5, y: 0, width: 0.5, height: 1 }, ignore: [] };

async function writeParts(folder: string, count: number): Promise<void> {
  const camera = sampleCamera(series);
  for (let part = 0; part < count; part++) {
    const { data, width, height } = renderSample(series, part, camera);
    writeFileSync(join(folder, `${part}.png`), await encodeGreyPng(data, width, height));
  }
}

/** Pictures of grain: a bright part, and in the upper left corner a dark belt. */
async function writeGrain(folder: string, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const random = new Random(n);
    const data = Uint8Array.from({ length: 64 * 64 }, (_, at) => {
      const isBelt = at % 64 < 16 && at < 16 * 64;
      return (isBelt ? 20 : 150) + random.below(isBelt ? 8 : 40);
    });
    writeFileSync(join(folder, `${n}.png`), await encodeGreyPng(data, 64, 64));
  }
}

/** An app with a model, whose engine draws white heat over all that it is given. */
async function line() {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  model(store.write);
  store.close();
  const explained: (ImageRow & { width: number; height: number })[] = [];
  const script: Partial<EngineWork> = {
    explain: async ({ image, outFile }) => {
      const { width, height } = await readRawHeader(image.pixels ?? '');
      explained.push({ ...image, width, height });
      await sharp({ create: { width, height, channels: 3, background: '#fff' } })
        .toColourspace('b-w')
        .png()
        .toFile(outFile);
      return { file: outFile, width, height, peak: 1 };
    },
  };
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'en' },
    launchEngine: () => scriptedEngine(script).port,
    inspectMachine: () => Promise.resolve([]),
    log: () => undefined,
  });
  onTestFinished(() => app.close());
  const calls = await signedIn(app);
  await calls.app.set({ autoScore: false });
  const folder = temporaryFolder();
  const { cameraId } = await calls.cameras.add({ name: 'cam', folder });
  const reached = async (holds: (state: AppState) => boolean): Promise<AppState> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return state;
    throw new Error('the app ended');
  };
  const pictures = async (count: number): Promise<void> => void (await reached(({ counts }) => counts.images >= count));
  return { app, calls, cameraId, folder, explained, reached, pictures };
}

describe('the inspected area of a camera', () => {
  it('is proposed from its pictures, set, said to need teaching, respected by heat maps and taken back', async () => {
    const { app, calls, cameraId, folder, explained, reached, pictures } = await line();
    expect(await calls.area.propose({ cameraId })).toMatchObject({ outcome: 'too_few', region: null });
    await writeParts(folder, 10);
    await pictures(10);
    expect(await calls.area.propose({ cameraId })).toMatchObject({ outcome: 'stable', pictures: 10, alike: 10 });

    const { pictures: shown } = await calls.area.get({ cameraId });
    const imageId = shown[0]?.id ?? 0;
    const { token, before, after } = await calls.area.preview({ imageId, area: right });
    expect([before, after]).toEqual([
      { width: 200, height: 200, scale: 1 },
      { width: 100, height: 200, scale: 1 },
    ]);
    const seen = await app.picture(`/preview/${token}/1`, 'program');
    expect(await sharp(seen?.bytes).metadata()).toMatchObject({ width: 100, height: 200 });

    await app.picture(`/heat/${imageId}`, 'program');
    expect(explained.at(-1)).toMatchObject({ width: 200, height: 200 });
    await calls.area.set({ cameraId, area: right, reason: 'the belt' });
    const { warnings } = await reached((state) => state.warnings.length > 0);
    expect(warnings).toEqual([{ code: 'area_changed', params: { camera: 'cam', cameraId } }]);
    const heat = await app.picture(`/heat/${imageId}`, 'program');
    expect(explained.at(-1)).toMatchObject({ width: 100, height: 200 });
    const { data, info } = await sharp(heat?.bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 200, height: 200, channels: 1 });
    expect(data.every((value, at) => value === (at % 200 < 100 ? 0 : 255))).toBe(true);

    await calls.area.set({ cameraId, area: { region: null, ignore: [] }, reason: 'back' });
    await reached((state) => state.warnings.length === 0);
    const { versions } = await calls.area.get({ cameraId });
    expect(versions.map(({ area, reason, who }) => [area.region, reason, who])).toEqual([
      [null, 'back', '佐藤'],
      [right.region, 'the belt', '佐藤'],
    ]);
  });

  it('decides what is measured of pictures that come later, and what is normal is learnt from them alone', async () => {
    const { calls, cameraId, folder, pictures } = await line();
    await writeGrain(folder, 0, 22);
    await pictures(22);
    // The belt alone: by the whole pictures' measures it would be far too dark.
    const corner: InspectionArea = { region: { x: 0, y: 0, width: 0.25, height: 0.25 }, ignore: [] };
    await calls.area.set({ cameraId, area: corner, reason: 'test' });
    await writeGrain(folder, 100, 21);
    await pictures(43);
    const { rows } = await calls.images.list({});
    const late = rows.slice(0, 21);
    expect(late.filter(({ quality }) => quality === 'reject')).toEqual([]);
    // Once twenty were measured by the new area it is known what is normal, and all of them are judged by that.
    expect(late.map(({ quality }) => quality)).toEqual(late.map(() => 'ok'));
    expect(rows.slice(21).map(({ quality }) => quality)).not.toContain('reject');
  });

  it('is refused where it leaves nothing to inspect, or is more than may be painted', async () => {
    const { calls, cameraId } = await line();
    const all: [number, number][] = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    const whole = { region: null, ignore: [{ kind: 'polygon' as const, points: all }] };
    await expect(calls.area.set({ cameraId, area: whole, reason: '' })).rejects.toMatchObject({
      data: { code: 'area_too_small', params: { percent: 100 } },
    });
    const many = {
      region: null,
      ignore: Array.from({ length: 65 }, () => whole.ignore[0] as (typeof whole.ignore)[0]),
    };
    await expect(calls.area.set({ cameraId, area: many, reason: '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(calls.area.set({ cameraId: 99, area: right, reason: '' })).rejects.toMatchObject({
      data: { code: 'not_found' },
    });
    expect((await calls.area.get({ cameraId })).versions).toEqual([]);
  });
});
