import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#core/app.ts';
import type { ImageRow } from '#core/contract/engine.ts';
import type { AppState } from '#core/contract/views.ts';
import { encodeGreyPng } from '#core/imaging/encode.ts';
import { readRawPicture, type RawPixels } from '#core/imaging/raw-picture.ts';
import { readImagesFile } from '#core/jobs/images-file.ts';
import { openStore } from '#core/store/open.ts';
import type { EngineWork } from '#engine/work.ts';
import { scriptedEngine } from '#test/fakes/engine.ts';
import { BELT, movedParts, type MovedPart } from '#test/imaging/moved-parts.ts';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { model } from '#test/store/fixture.ts';
import { cleared } from '#test/store/fixture.ts';
import { signedIn } from '#test/fakes/signed-in.ts';

const COUNT = 12;
/** A white chip on the face of the ring, so far from its middle, pixels. */
const CHIP = { x: 40, y: 30, side: 12 };

interface Spot {
  readonly left: number;
  readonly top: number;
}

/** Where the chip lies in the whole picture. */
const chipOf = ({ x, y }: MovedPart): Spot => ({ left: Math.round(x + CHIP.x), top: Math.round(y + CHIP.y) });

async function writeParts(folder: string): Promise<MovedPart[]> {
  const parts = movedParts(COUNT);
  for (const [at, part] of parts.entries()) {
    const { left, top } = chipOf(part);
    const { data, width, height } = part.image;
    for (let y = top; y < top + CHIP.side; y++) data.fill(255, y * width + left, y * width + left + CHIP.side);
    await writeFile(join(folder, `${String(at).padStart(2, '0')}.png`), await encodeGreyPng(data, width, height));
  }
  return parts;
}

/** Heat wherever a decoded picture is white. */
async function heatOf(image: ImageRow, outFile: string) {
  const { width, height, data } = await readRawPicture(image.pixels ?? '');
  const heat = Uint8Array.from(data, (value) => (value > 250 ? 255 : 0));
  await sharp(heat, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(outFile);
  return { file: outFile, width, height, peak: 1 };
}

/** What a teaching was handed. */
interface Handed {
  readonly row: ImageRow;
  readonly seen: RawPixels;
}

/** An app over pictures of parts that lie each somewhere else; its engine sees white chips. */
async function line() {
  const dataDir = temporaryFolder();
  const store = openStore(dataDir);
  model(store.write);
  store.close();
  const handed = Promise.withResolvers<readonly Handed[]>();
  const script: Partial<EngineWork> = {
    explain: ({ image, outFile }) => heatOf(image, outFile),
    async *teach({ imagesFile }) {
      const rows = await readImagesFile(imagesFile);
      handed.resolve(
        await Promise.all(rows.map(async (row) => ({ row, seen: await readRawPicture(row.pixels ?? '') }))),
      );
      yield* [];
    },
  };
  const app = await createApp({
    ...{ dataDir, shell: 'browser', version: '0', defaultLocale: 'ja' },
    launchEngine: () => scriptedEngine(script).port,
    inspectMachine: () => Promise.resolve([]),
    log: () => undefined,
  });
  onTestFinished(() => app.close());
  const calls = await signedIn(app);
  await calls.app.set({ autoScore: false });
  const folder = join(temporaryFolder(), 'pictures');
  await mkdir(folder);
  const parts = await writeParts(folder);
  const { cameraId } = await calls.cameras.add({ name: 'cam', folder });
  const { word, reason, who: _, atMs: __, ...said } = cleared;
  await calls.rights.say({ cameraId, word, said, reason });
  const reached = async (holds: (state: AppState) => boolean): Promise<void> => {
    for await (const state of await calls.app.watch()) if (holds(state)) return;
  };
  await reached(({ counts }) => counts.images >= COUNT);
  return { app, calls, cameraId, parts, handed: handed.promise };
}

describe('an area that goes with the part', () => {
  it('is proposed, taken and taken back; heat and marks lie on the defect, in the whole picture and in what is learnt from', async () => {
    const { app, calls, cameraId, parts, handed } = await line();
    const found = await calls.area.propose({ cameraId });
    expect(found).toMatchObject({ outcome: 'moves', pictures: COUNT, follow: { sameSize: COUNT } });
    const { region, follow } = found;
    if (region === null || follow === null) throw new Error('nothing to follow');
    const area = { region, ignore: [], follow: { box: follow.box } };
    await calls.area.set({ cameraId, area, reason: '部品が動く' });
    const { classId } = await calls.teach.addClass({ name: '欠け', isGood: false });

    const { rows } = await calls.images.list({});
    for (const { id, fileName } of rows) {
      const part = parts[Number(fileName.slice(0, 2))];
      if (part === undefined) throw new Error(fileName);
      const { shift } = await calls.area.place({ imageId: id, box: follow.box });
      expect(Math.abs((shift?.x ?? 1) + follow.box.x + follow.box.width / 2 - part.x / BELT.width)).toBeLessThan(0.01);
      const heat = await app.picture(`/heat/${id}`, 'program');
      const { data, info } = await sharp(heat?.bytes).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject(BELT);
      const hot = Array.from(data.keys()).filter((at) => data[at] === 255);
      const chip = chipOf(part);
      expect(Math.min(...hot.map((at) => at % BELT.width))).toBe(chip.left);
      expect(Math.floor((hot[0] ?? 0) / BELT.width)).toBe(chip.top);
      expect(hot).toHaveLength(CHIP.side ** 2);
      const [x, y] = [chip.left / BELT.width, chip.top / BELT.height];
      const regions = [{ x, y, width: CHIP.side / BELT.width, height: CHIP.side / BELT.height }];
      await calls.teach.label({ imageId: id, classId, regions });
    }

    await calls.teach.start();
    const taught = await handed;
    expect(taught).toHaveLength(COUNT);
    for (const { row, seen } of taught) {
      const [mark = { x: 0, y: 0, width: 0, height: 0 }] = (row.regions ?? []).filter((one) => 'x' in one);
      const white = Array.from(seen.data.keys()).filter((at) => (seen.data[at] ?? 0) > 250);
      expect(mark.x * seen.width).toBeCloseTo(Math.min(...white.map((at) => at % seen.width)), 6);
      expect(mark.y * seen.height).toBeCloseTo(Math.floor((white[0] ?? 0) / seen.width), 6);
      expect(mark.width * seen.width).toBeCloseTo(CHIP.side, 6);
    }

    await calls.area.set({ cameraId, area: { region, ignore: [] }, reason: '戻す' });
    const { versions } = await calls.area.get({ cameraId });
    expect(versions.map((version) => version.area)).toEqual([{ region, ignore: [] }, area]);
  });
});
