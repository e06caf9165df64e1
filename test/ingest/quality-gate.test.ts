import { onTestFinished, describe, expect, it } from 'vitest';
import type { CameraId } from '#core/domain/ids.ts';
import { Random } from '#core/domain/random.ts';
import type { DecodedImage } from '#core/imaging/decode.ts';
import { measurePicture } from '#core/imaging/measure.ts';
import { type Outcome, Registrar } from '#core/ingest/register.ts';
import { cameraCounts } from '#core/store/cameras.ts';
import { pictureRows } from '#core/store/images.ts';
import { openStore, type Store } from '#core/store/open.ts';
import * as quality from '#core/store/quality.ts';
import { blurred, greyImage, lit, moved } from '#test/imaging/spoil.ts';
import { camera, pictures } from '#test/store/fixture.ts';
import { temporaryFolder } from './fixture.ts';

const SIDE = 96;

const holes = Array.from({ length: 6 }, (_, at) => ({ x: 16 + 12 * at, y: 30 + 6 * (at % 3) }));
const plate = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
  const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
  const onPart = x > 8 && x < 88 && y > 14 && y < 80 && !(x > 60 && y > 60);
  return onPart && !holes.some((hole) => Math.hypot(x - hole.x, y - hole.y) < 4) ? 140 : 50;
});

/** A part with a notch and holes in a fixed frame: grain and light differ a little from picture to picture. */
function part(random: Random): DecodedImage {
  const light = 1 + 0.03 * random.normal();
  const seen = plate.map((grey) => Math.min(255, Math.max(0, light * (grey + 9 * random.normal()))));
  return greyImage(SIDE, SIDE, seen);
}

/** A texture that has nothing in common with the next one. */
function texture(random: Random): DecodedImage {
  const noise = Uint8Array.from({ length: SIDE * SIDE }, () => Math.min(255, Math.max(0, 128 + 40 * random.normal())));
  return blurred(greyImage(SIDE, SIDE, noise), 0.8);
}

let serial = 0;
function outcome(cameraId: CameraId, image: DecodedImage, fileName = `${++serial}.png`): Outcome {
  const { width, height, channels } = image;
  const page = { page: 0, width, height, channels, ...measurePicture(image) };
  const sha256 = (++serial).toString(16).padStart(64, '0');
  const facts = { bytes: 9, mtimeMs: serial, inode: serial };
  return {
    kind: 'decoded',
    cameraId,
    path: `/pictures/${fileName}`,
    reply: { ok: true, facts, sha256, takenAtMs: serial, pages: [page] },
  };
}

interface Line {
  readonly store: Store;
  readonly cameraId: CameraId;
  readonly registrar: Registrar;
  readonly send: (...images: DecodedImage[]) => number[];
  readonly verdict: (id: number) => { verdict: string | null; reasons: string[] };
}

function line(folder = temporaryFolder()): Line {
  const store = openStore(folder);
  onTestFinished(() => store.close());
  const cameraId = camera(store.write);
  const registrar = new Registrar(store.write, () => 7);
  return {
    ...{ store, cameraId, registrar },
    send: (...images) => [...registrar.register(images.map((image) => outcome(cameraId, image))).admitted],
    verdict: (id) => {
      const sql = 'SELECT verdict, reasons FROM quality WHERE image_id = ?';
      const row = store.read.one<{ verdict: string | null; reasons: string }>(sql, id);
      return { verdict: row?.verdict ?? null, reasons: JSON.parse(row?.reasons ?? '[]') as string[] };
    },
  };
}

const many = (count: number, make: (random: Random) => DecodedImage, seed = 1): DecodedImage[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => make(random));
};

describe('the quality gate', () => {
  it('judges nothing before 20 pictures, then those 20, too, and finds each fault by its name', () => {
    const { send, verdict, store } = line();
    const first = many(19, part);
    const bad = blurred(part(new Random(99)), 5);
    const ids = send(...first.slice(0, 10), bad, ...first.slice(10, 18));
    expect(ids.map((id) => verdict(id).verdict)).toEqual(Array.from({ length: 19 }, () => null));
    send(first[18] ?? bad);
    expect(ids.filter((id) => verdict(id).verdict === 'ok')).toHaveLength(18);
    expect(verdict(ids[10] ?? 0).reasons).toContain('blurred');
    const [good = bad] = many(1, part, 5);
    const [fine, dark, bright, soft, shifted] = send(
      good,
      lit(good, 0.5),
      lit(good, 2.4),
      blurred(good, 4),
      moved(good, 0.06, 0.03),
    );
    expect(verdict(fine ?? 0)).toEqual({ verdict: 'ok', reasons: [] });
    expect(verdict(dark ?? 0).reasons[0]).toBe('too_dark');
    expect(verdict(bright ?? 0).reasons).toContain('washed_out');
    expect(verdict(soft ?? 0).reasons[0]).toBe('blurred');
    expect(verdict(shifted ?? 0)).toEqual({ verdict: 'warn', reasons: ['shifted'] });
    expect(store.read.value('SELECT count(*) FROM quality_baseline')).toBe(1);
  });

  it('does not alarm about the place of textures that never lie the same', () => {
    const { send, verdict, store, cameraId } = line();
    send(...many(40, texture));
    const row = quality.newestBaseline(store.read, cameraId);
    expect(quality.normalOf(store.read, row?.id ?? 0)?.baseline.framing).toBeNull();
    const [id] = send(moved(many(1, texture, 8)[0] ?? texture(new Random(2)), 0.2, 0));
    expect(verdict(id ?? 0).reasons).not.toContain('shifted');
  });

  it('goes on from where it was after a restart, and forgets the copies when it has learnt enough', () => {
    const folder = temporaryFolder();
    const there = openStore(folder);
    const cameraId = camera(there.write);
    const taken = many(210, part).map((image) => outcome(cameraId, image));
    new Registrar(there.write, () => 1).register(taken.slice(0, 30));
    expect(there.read.value('SELECT count(*) FROM quality_copy')).toBe(30);
    const again = new Registrar(there.write, () => 2);
    again.register(taken.slice(30));
    const row = quality.newestBaseline(there.read, cameraId);
    expect(quality.normalOf(there.read, row?.id ?? 0)?.baseline.pictures).toBe(200);
    expect(there.read.value('SELECT count(*) FROM quality_copy')).toBe(0);
    expect(there.read.value('SELECT count(*) FROM quality WHERE verdict IS NULL')).toBe(0);
    // One that has learnt all and one that starts from its rows say the same.
    const odd = outcome(cameraId, moved(part(new Random(3)), 0.1, 0));
    new Registrar(there.write, () => 3).register([odd]);
    expect(cameraCounts(there.read, cameraId).reasons).toContain('shifted');
    there.close();
  });

  it('learns the normal look again from now on when a person says so', () => {
    const { send, verdict, store, cameraId } = line();
    send(...many(40, part));
    const darker = (seed: number) => lit(part(new Random(seed)), 0.55);
    const [before] = send(darker(50));
    expect(verdict(before ?? 0).reasons[0]).toBe('too_dark');
    quality.beginBaseline(store.write, { cameraId, reason: 'new lamp', who: 'sato', atMs: 5 });
    const [unknown] = send(darker(51));
    expect(verdict(unknown ?? 0)).toEqual({ verdict: null, reasons: [] });
    send(...Array.from({ length: 19 }, (_, at) => darker(60 + at)));
    expect(verdict(unknown ?? 0).verdict).toBe('ok');
    const [bright] = send(part(new Random(90)));
    expect(verdict(bright ?? 0).reasons[0]).toBe('too_bright');
    expect(quality.listBaselines(store.read, cameraId).map(({ reason, who }) => [reason, who])).toEqual([
      ['new lamp', 'sato'],
      ['', ''],
    ]);
    expect(() => store.write.run("UPDATE quality_baseline SET who = 'x'")).toThrow(/append-only/);
  });

  it('learns nothing from pictures that a former version measured', () => {
    const { send, verdict, store, cameraId } = line();
    const former = pictures(store.write, cameraId, 30);
    store.write.run('UPDATE quality SET sharpness_middle = NULL, sharpness = 0.02');
    const ids = send(...many(20, part));
    expect(quality.newestBaseline(store.read, cameraId)?.afterImageId).toBe(former.at(-1));
    expect(ids.map((id) => verdict(id).verdict)).toEqual(Array.from({ length: 20 }, () => 'ok'));
    expect(quality.recentQuality(store.read, cameraId, { afterImageId: 0 }, 99)).toHaveLength(20);
  });

  it('counts nothing of a picture twice whose registration failed', () => {
    const { registrar, cameraId, store } = line();
    const taken = many(19, part).map((image) => outcome(cameraId, image));
    const broken = { ...taken[0], path: null } as unknown as Outcome;
    expect(() => registrar.register([...taken, broken])).toThrow(/path/);
    registrar.register(taken);
    expect(store.read.value('SELECT count(*) FROM quality_copy')).toBe(19);
    expect(store.read.value('SELECT count(*) FROM quality_normal')).toBe(0);
  });

  it('hints at a picture that shows the same once more, and keeps it', () => {
    const { send, verdict, store, cameraId } = line();
    const shown = many(60, texture);
    const ids = send(...shown);
    const again = lit(shown[55] ?? texture(new Random(1)), 1.02);
    const [repeat] = send(again);
    expect(quality.listRepeats(store.read, cameraId, 0)).toEqual([
      { imageId: repeat, ofImageId: ids[55], foundBy: 'hash' },
    ]);
    expect(verdict(repeat ?? 0).verdict).toBe('ok');
    // Parts in a fixed frame look alike by nature: nothing is called a repeat there.
    const other = line();
    other.send(...many(120, part));
    expect(quality.listRepeats(other.store.read, other.cameraId, 0)).toEqual([]);
  });
});

describe('what a person says of a picture', () => {
  it('goes before the gate, and can be taken back', () => {
    const { send, store, cameraId } = line();
    send(...many(40, part));
    const [black, fine] = send(lit(part(new Random(70)), 0.02), part(new Random(71))) as [number, number];
    const learnt = () => new Set(pictureRows(store.read, { use: 'learn' }).map((row) => row.id as number));
    const say = (imageId: number, says: quality.QualityWord) =>
      quality.sayQuality(store.write, { imageId: imageId as never, says, who: 'sato', atMs: 9 });
    expect(learnt().has(black)).toBe(false);
    say(black, 'use');
    say(fine, 'reject');
    expect([learnt().has(black), learnt().has(fine)]).toEqual([true, false]);
    const { rows, total } = quality.listKeptOut(store.read, cameraId, 10);
    expect(total).toBe(1);
    expect(rows.map(({ imageId, says }) => [imageId, says])).toEqual([
      [fine, 'reject'],
      [black, 'use'],
    ]);
    say(black, 'judged');
    say(fine, 'judged');
    expect([learnt().has(black), learnt().has(fine)]).toEqual([false, true]);
    expect(() => store.write.run('DELETE FROM quality_word')).toThrow(/append-only/);
  });
});
