import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTranslator } from '#messages/translate.ts';
import type { Certificate } from '#core/contract/certificate.ts';
import type { CameraId, ImageId, JobId, ModelId } from '#core/domain/ids.ts';
import { certificateCsv, certificateHtml } from '#core/report/html/certificate.ts';
import { removeOriginal } from '#core/remove-original.ts';
import { verifyAudit } from '#core/store/audit.ts';
import { listCertificates } from '#core/store/certificates.ts';
import { endOrder, openOrders } from '#core/store/deletions.ts';
import { freeze } from '#core/store/frozen.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { noteLearntFrom } from '#core/store/learnt-from.ts';
import { imageLedger } from '#core/store/ledger.ts';
import { openStore, type Store } from '#core/store/open.ts';
import { goes, inScope, setRule } from '#core/store/retention.ts';
import { classes, temporaryFolder } from '#test/store/fixture.ts';
import { picture } from '#test/store/picture.ts';
import {
  carryOut,
  dataOf,
  deletionsOver,
  derivedOf,
  filesThere,
  hashOf,
  makeSite,
  originalOf,
} from './deletion-site.ts';

const COUNT = 5;

function site(originals = false): { root: string; open: () => Store } {
  const root = realpathSync(temporaryFolder());
  makeSite(root, COUNT, originals);
  return {
    root,
    open: () => {
      const store = openStore(dataOf(root));
      onTestFinished(() => {
        try {
          store.close();
        } catch {
          // Closed by the test.
        }
      });
      return store;
    },
  };
}

const certificateOf = (store: Store): Certificate =>
  JSON.parse(listCertificates(store.read)[0]?.data ?? '{}') as Certificate;

describe('a deletion that is due', () => {
  it('takes away what is the app’s own and says what stays; the counts stay true and the bytes never come back', async () => {
    const { root, open } = site();
    const store = open();
    const count = () => store.read.value<number>('SELECT count(*) FROM image');
    const before = count();
    const from = { jobId: 1 as JobId, modelId: 1 as ModelId, ids: [1, 2, 5] as ImageId[], atMs: 1 };
    noteLearntFrom(store.write, from);
    await carryOut(store, root);
    const certificate = certificateOf(store);
    expect(certificate).toMatchObject({
      ...{ number: 1, dataSet: 'camera', kept: 0, backups: [], exports: 0 },
      order: { who: 'Sato', reason: 'contract ended', byRule: false, originals: false },
      derived: {
        embedding: 4,
        embedding_vector: 4,
        embedding_places: 4,
        quality_copy: 4,
        thumbs: 4,
        heat: 8,
        decoded: 8,
      },
      learnt: [{ kind: 'model', id: 1, inUse: true, pictures: 2 }],
    });
    expect(certificate.pictures.map(({ sha256, original }) => [sha256, original])).toEqual(
      [1, 2, 3, 4].map((n) => [hashOf(n), null]),
    );
    expect(
      filesThere(
        root,
        [1, 2, 3, 4].flatMap((n) => derivedOf(n, n)),
      ),
    ).toBe(0);
    expect([1, 2, 3, 4].every((n) => existsSync(originalOf(root, n)))).toBe(true);
    // What the person has to delete is listed by its place below the camera's folder.
    expect(certificate.pictures.map(({ fileName }) => fileName)).toEqual([
      'sub1/1.png',
      'sub0/2.png',
      'sub1/3.png',
      'sub0/4.png',
    ]);
    expect(count()).toBe(before);
    expect(verifyAudit(store.read)).toBeNull();
    expect(imageLedger(store.read, 1 as ImageId).map(({ event, who }) => [event, who])).toContainEqual([
      'picture_deleted',
      'Sato',
    ]);
    // The same file, found at another place: known, not new, and without a place.
    const again = picture(1 as CameraId, 1, { path: '/elsewhere/1.png', sha256: hashOf(1) });
    expect(admitPicture(store.write, again)).toEqual({ imageId: 1, outcome: 'duplicate' });
    expect(store.read.value('SELECT path FROM image WHERE id = 1')).toBeNull();
    // An embedding that ends after the deletion writes nothing of it.
    store.write.run("INSERT INTO quality_copy (image_id, copy) VALUES (1, x'00')");
    expect(store.read.value('SELECT count(*) FROM quality_copy WHERE image_id = 1')).toBe(0);
  });

  it('overwrites what it deletes in the database’s file', async () => {
    const { root, open } = site();
    const store = open();
    const marked = Buffer.from(new Uint8Array(64).fill(3));
    const holds = () =>
      ['', '-wal'].some((end) => existsSync(store.file + end) && readFileSync(store.file + end).includes(marked));
    expect(holds()).toBe(true);
    await carryOut(store, root);
    store.close();
    expect(readFileSync(join(dataOf(root), 'minarai.db')).includes(marked)).toBe(false);
  });

  it('keeps what came to be in use since the order', async () => {
    const { root, open } = site();
    const store = open();
    const { bad } = classes(store.write);
    addLabel(store.write, { imageId: 2 as ImageId, classId: bad, source: 'teach', who: '', atMs: 6500 });
    await carryOut(store, root);
    expect(certificateOf(store)).toMatchObject({ kept: 1 });
    expect(filesThere(root, derivedOf(2, 2))).toBe(5);
  });

  it('happens again in a database that is put back from before it, also for bytes that it never knew', async () => {
    const { root, open } = site();
    const kept = join(root, 'kept.db');
    const first = open();
    await first.backup(kept);
    await carryOut(first, root);
    first.close();
    const file = join(dataOf(root), 'minarai.db');
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
    for (const seal of ['.seal', '.seal.json']) rmSync(file + seal, { force: true });
    cpSync(kept, file);
    const certificate = join(dataOf(root), 'certificates', '1.json');
    const parsed = JSON.parse(readFileSync(certificate, 'utf8')) as Certificate;
    // As if an order that the backup does not know had covered another picture as well.
    parsed.order.atMs = 1;
    parsed.pictures.push({ sha256: hashOf(77), page: 0, fileName: '77.png', takenAtMs: 1, original: null });
    writeFileSync(certificate, JSON.stringify(parsed));
    const store = open();
    // The order is in the backup: it is called off there, so that only the certificate speaks.
    for (const { id } of openOrders(store.read))
      endOrder(store.write, { orderId: id, outcome: 'cancelled', reason: '', who: '', atMs: 1 });
    await carryOut(store, root);
    expect(store.read.value('SELECT count(*) FROM image WHERE path IS NOT NULL')).toBe(1);
    expect(listCertificates(store.read).map(({ number, deletionId }) => [number, deletionId])).toEqual([[1, null]]);
    const never = picture(1 as CameraId, 77, { path: '/pictures/77.png', sha256: hashOf(77) });
    expect(admitPicture(store.write, never).outcome).toBe('duplicate');
    expect(store.read.value('SELECT path FROM image WHERE sha256 = ?', hashOf(77))).toBeNull();
  });

  it('is certified on a page in both languages and in a table of hashes', async () => {
    const { root, open } = site(true);
    const store = open();
    await carryOut(store, root);
    const certificate = { ...certificateOf(store), dataSet: '<b>cam</b>' };
    for (const locale of ['ja', 'en'] as const) {
      const page = certificateHtml({ ...certificate, hash: 'f00d' }, createTranslator(locale));
      expect(page).toContain('&lt;b&gt;cam&lt;/b&gt;');
      for (const n of [1, 2, 3, 4]) expect(page).toContain(hashOf(n));
      expect(page).toContain('f00d');
    }
    expect(certificateCsv(certificate).trim().split('\r\n')).toHaveLength(5);
    expect(certificate.pictures.map(({ original }) => original)).toEqual(Array(4).fill('removed'));
  });
});

describe('a rule for keeping', () => {
  it('becomes an order some days ahead, once, and rests after it was called off', async () => {
    const { root, open } = site();
    const store = open();
    const cameraId = 1 as CameraId;
    const [order] = openOrders(store.read);
    if (order === undefined) throw new Error('no order');
    endOrder(store.write, { orderId: order.id, outcome: 'cancelled', reason: '', who: '', atMs: 6500 });
    const rule: Omit<Parameters<typeof setRule>[2], 'atMs'> = {
      ...{ keepDays: null, byRight: true, even: [], originals: false, reason: 'rule', who: 'Abe' },
    };
    setRule(store.write, cameraId, { ...rule, atMs: 7000 });
    const deletions = deletionsOver(store, root);
    onTestFinished(() => deletions.close());
    await deletions.idle();
    deletions.look();
    // Its right has not ended.
    expect(openOrders(store.read)).toEqual([]);
    const said = { owner: 'o', purpose: 'p', people: 'no', customer_parts: 'no', customer: '', basis: 'own' };
    store.write.run(
      `INSERT INTO data_right (camera_id, word, owner, purpose, people, customer_parts, customer, basis, basis_note, basis_day,
         keep_until, reason, who, at_ms) VALUES (1, 'cleared', ?, ?, ?, ?, ?, ?, '', '', '1969-12-01', '', '', 1)`,
      ...Object.values(said),
    );
    deletions.look();
    deletions.look();
    const [byRule, ...more] = openOrders(store.read);
    expect(more).toEqual([]);
    expect(byRule).toMatchObject({ pictures: 4, who: 'Abe', dueAtMs: 8000 + 7 * 86_400_000 });
    endOrder(store.write, { orderId: byRule?.id ?? 0, outcome: 'cancelled', reason: 'no', who: '', atMs: 8000 });
    deletions.look();
    expect(openOrders(store.read)).toEqual([]);
  });

  it('spares test pictures, samples, labelled ones and those that wait, unless a person says so', () => {
    const { open } = site();
    const store = open();
    endOrder(store.write, { orderId: 1, outcome: 'cancelled', reason: '', who: '', atMs: 1 });
    const { bad } = classes(store.write);
    addLabel(store.write, { imageId: 1 as ImageId, classId: bad, source: 'teach', who: '', atMs: 1 });
    freeze(store.write, [2 as ImageId], { reason: '', who: '', atMs: 1 });
    const scope = inScope(store.read, { cameraId: 1 as CameraId, beforeMs: 5000 });
    const going = (even: Parameters<typeof goes>[1]) => scope.filter((one) => goes(one, even)).map(({ id }) => id);
    expect(going([])).toEqual([3, 4]);
    expect(going(['labelled'])).toEqual([1, 3, 4]);
    expect(going(['labelled', 'frozen'])).toEqual([1, 2, 3, 4]);
  });
});

describe('a camera’s own file', () => {
  function file() {
    const root = realpathSync(temporaryFolder());
    const folder = join(root, 'camera');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    const path = join(folder, 'sub', '1.png');
    writeFileSync(path, 'picture 1');
    return { root, folder, path };
  }

  it('is removed where it is the one that was admitted', async () => {
    const { folder, path } = file();
    expect(await removeOriginal(folder, path, hashOf(1))).toBe('removed');
    expect(existsSync(path)).toBe(false);
    expect(await removeOriginal(folder, path, hashOf(1))).toBe('absent');
  });

  it('stays where other bytes are at its place', async () => {
    const { folder, path } = file();
    writeFileSync(path, 'another picture');
    expect(await removeOriginal(folder, path, hashOf(1))).toBe('changed');
    expect(existsSync(path)).toBe(true);
  });

  it('is never sought outside the folder or through a link', async () => {
    const { root, folder, path } = file();
    const outside = join(root, 'outside');
    renameSync(join(folder, 'sub'), outside);
    symlinkSync(outside, join(folder, 'sub'));
    expect(await removeOriginal(folder, path, hashOf(1))).toBe('unsafe');
    expect(await removeOriginal(folder, join(outside, '1.png'), hashOf(1))).toBe('unsafe');
    expect(await removeOriginal(folder, join(folder, '..', 'outside', '1.png'), hashOf(1))).toBe('unsafe');
    const link = join(folder, 'link.png');
    symlinkSync(join(outside, '1.png'), link);
    expect(await removeOriginal(folder, link, hashOf(1))).toBe('unsafe');
    rmSync(join(folder, 'sub'));
    mkdirSync(dirname(path));
    mkdirSync(path);
    expect(await removeOriginal(folder, path, hashOf(1))).toBe('unsafe');
    expect(existsSync(join(outside, '1.png'))).toBe(true);
  });

  it('waits where the folder is not there', async () => {
    const { folder, path } = file();
    rmSync(folder, { recursive: true });
    expect(await removeOriginal(folder, path, hashOf(1))).toBe('unreachable');
  });
});
