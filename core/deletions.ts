import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { keepCertificate, keptCertificates } from './certificates.ts';
import type { Certificate } from './contract/certificate.ts';
import { toErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import { removeDerived, removeUnnamed } from './derived-files.ts';
import { localDay } from './domain/days.ts';
import type { ImageId } from './domain/ids.ts';
import { exportsFolder } from './exports.ts';
import { removeOriginal } from './remove-original.ts';
import { addAudit } from './store/audit.ts';
import { listBackups } from './store/backups.ts';
import { addCertificate, forgetAgain, listCertificates } from './store/certificates.ts';
import { dataSets } from './store/data-rights.ts';
import * as deletions from './store/deletions.ts';
import type { OrderRow, OriginalFate } from './store/deletions.ts';
import { listJobs } from './store/jobs.ts';
import { learntFrom } from './store/learnt-from.ts';
import { ruleOf } from './store/retention.ts';
import { folderMemory, remember } from './store/watching.ts';

const DAY_MS = 86_400_000;
/** Between an order and the deletion: who sees it on the Today page can call it off. */
export const DELAY_DAYS = 7;
/** After a rule's order was called off, the rule asks again so many days later. */
const ASK_AGAIN_DAYS = 30;
/** Pictures in one turn: some milliseconds, so that nobody waits. */
const AT_ONCE = 16;

/** Rules that become orders, and orders that are carried out when they are due. */
export interface Deletions {
  /** To be called now and then: makes orders of rules and carries out what is due. */
  readonly look: () => void;
  /** The order that is being carried out. */
  readonly running: () => number | null;
  /** Whether a learning that may use the pictures keeps orders that are due from beginning. */
  readonly held: () => boolean;
  /** Resolves when nothing is being carried out. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

type Tools = Pick<Core, 'store' | 'dataDir' | 'jobs' | 'now' | 'log' | 'changed'>;

/** Files of jobs that may still go on: what a paused pretraining needs. */
function jobsThatGoOn({ store }: Tools): Set<string> {
  const goesOn = new Set(['queued', 'running', 'paused']);
  return new Set(
    listJobs(store.read, 10_000)
      .filter(({ kind, state }) => kind === 'pretrain' || goesOn.has(state))
      .map(({ id }) => String(id)),
  );
}

export function createDeletions(tools: Tools, version: string): Deletions {
  const { store, dataDir, jobs, now, log, changed } = tools;
  let running: number | null = null;
  let work: Promise<void> = Promise.resolve();
  let closed = false;

  /** What is taken away under a learning would end it: it is waited for. */
  const held = (): boolean => (['pretrain', 'embed', 'evaluate', 'teach'] as const).some((kind) => jobs.pending(kind));

  const orderByRules = (): void => {
    const today = localDay(now());
    for (const { cameraId, newest } of dataSets(store.read, now())) {
      const rule = ruleOf(store.read, cameraId);
      if (rule === null) continue;
      const calledOff = deletions.calledOffAtMs(store.read, cameraId);
      if (calledOff !== null && now() < calledOff + ASK_AGAIN_DAYS * DAY_MS && rule.atMs <= calledOff) continue;
      const isOver = rule.byRight && newest !== null && newest.keepUntil !== '' && newest.keepUntil < today;
      const beforeMs = isOver ? now() : rule.keepDays === null ? null : now() - rule.keepDays * DAY_MS;
      // One at a time: what comes to be due meanwhile follows.
      if (beforeMs === null || deletions.openOrders(store.read).some((order) => order.cameraId === cameraId)) continue;
      const { even, originals, who } = rule;
      const order = { cameraId, ruleId: rule.id, beforeMs, even, originals, reason: '', who };
      store.write.transaction(() => {
        const id = deletions.addOrder(store.write, { ...order, atMs: now(), dueAtMs: now() + DELAY_DAYS * DAY_MS });
        if (id !== null)
          addAudit(store.write, {
            who,
            what: 'retention.due',
            params: { deletion: id, camera: cameraId },
            atMs: now(),
          });
      });
      changed();
    }
  };

  /** Only in the folder that the order is about: another camera's is another data set. */
  const original = async (order: OrderRow, picture: deletions.ForgottenPicture): Promise<OriginalFate | null> => {
    if (!picture.removing) return null;
    if (deletions.isShared(store.read, picture.sha256)) return 'shared';
    let worst: OriginalFate = 'absent';
    for (const { path, folder, cameraId } of deletions.placesOf(store.read, picture.id)) {
      if (cameraId !== order.cameraId) continue;
      const fate = await removeOriginal(folder, path, picture.sha256);
      if (fate === 'removed') {
        const { expected } = folderMemory(store.read, cameraId);
        // Else most of the folder would seem to be lost.
        if (expected !== null) remember(store.write, cameraId, { expected: Math.max(0, expected - 1) });
      }
      if (fate !== 'absent' && (worst === 'absent' || worst === 'removed')) worst = fate;
    }
    return worst;
  };

  const removeFiles = async (order: OrderRow): Promise<void> => {
    for (;;) {
      const some = deletions.forgottenNext(store.read, order.id, AT_ONCE);
      if (some.length === 0 || closed) return;
      const counts = { thumbs: 0, heat: 0, decoded: 0 };
      const settled: { id: (typeof some)[number]['id']; original: OriginalFate | null }[] = [];
      for (const picture of some) {
        const found = removeDerived(dataDir, picture);
        for (const what of ['thumbs', 'heat', 'decoded'] as const) counts[what] += found[what];
        settled.push({ id: picture.id, original: await original(order, picture) });
      }
      deletions.settleForgotten(store.write, order.id, settled, counts);
      changed();
      await nextTurn();
    }
  };

  /** Where the same bytes lie below their cameras' folders. */
  const placesBelow = (id: ImageId): string =>
    deletions
      .placesOf(store.read, id)
      .map(({ path, folder }) => relative(folder, path).replaceAll('\\', '/'))
      .join(' | ');

  const certify = async (order: OrderRow): Promise<void> => {
    const rows = deletions.deletedRows(store.read, order.id);
    const gone = rows.filter(({ state }) => state === 'gone');
    if (gone.length === 0) {
      const end = { orderId: order.id, outcome: 'done', reason: '', who: order.who, atMs: now() } as const;
      deletions.endOrder(store.write, end);
      return;
    }
    // What was being made of a picture while it was taken away may have been kept after all.
    for (const picture of gone) removeDerived(dataDir, picture);
    const firstSeenMs = Math.min(...gone.map(({ seenAtMs }) => seenAtMs));
    const ids = gone.map(({ id }) => id);
    // One that was written before a kill, but not recorded, has its number already.
    const kept = keptCertificates(dataDir);
    const own = kept.find((one) => one.order.id === order.id && one.order.atMs === order.atMs);
    // What a former try removed is not there any more.
    const before = new Map(own?.pictures.map(({ sha256, page, original: fate }) => [`${sha256}-${page}`, fate]));
    const numbers = [
      0,
      ...kept.map(({ number }) => number),
      ...listCertificates(store.read).map(({ number }) => number),
    ];
    const certificate: Certificate = {
      number: own?.number ?? Math.max(...numbers) + 1,
      ...{ dataSet: order.dataSet, cameraId: order.cameraId, version },
      order: {
        ...{ id: order.id, who: order.who, atMs: order.atMs, dueAtMs: order.dueAtMs, reason: order.reason },
        ...{ byRule: order.ruleId !== null, originals: order.originals, even: [...order.even] },
      },
      beganAtMs: deletions.beganAtMs(store.read, order.id) ?? now(),
      doneAtMs: now(),
      bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
      kept: rows.length - gone.length,
      derived: deletions.tallyOf(store.read, order.id),
      learnt: learntFrom(store.read, ids, firstSeenMs),
      backups: listBackups(dataDir).map(({ name, atMs }) => ({ name, atMs })),
      exports: countFiles(exportsFolder({ dataDir })),
      pictures: gone.map(({ id, sha256, page, fileName, takenAtMs, original: fate }) => ({
        ...{
          sha256,
          page,
          fileName: placesBelow(id) || fileName,
          takenAtMs,
          original: fate === 'absent' ? (before.get(`${sha256}-${page}`) ?? fate) : fate,
        },
      })),
    };
    await keepCertificate(dataDir, certificate);
    const data = JSON.stringify(certificate);
    store.write.transaction(() => {
      const { number, doneAtMs: atMs } = certificate;
      addCertificate(store.write, { number, deletionId: order.id, data, atMs });
      deletions.endOrder(store.write, { orderId: order.id, outcome: 'done', reason: '', who: order.who, atMs });
      const params = { certificate: number, deletion: order.id, camera: order.cameraId, pictures: gone.length };
      addAudit(store.write, { who: order.who, what: 'retention.deleted', params, atMs });
    });
  };

  const carryOut = async (order: OrderRow): Promise<void> => {
    deletions.eraseDeleted(store.write);
    while (!closed && deletions.forgetNext(store.write, order, AT_ONCE, now()) > 0) {
      changed();
      await nextTurn();
    }
    if (!closed) await removeFiles(order);
    if (closed) return;
    removeUnnamed(dataDir, jobsThatGoOn(tools));
    await certify(order);
    deletions.emptyLog(store.write);
    log('info', 'deletion_done', { id: order.id, pictures: order.pictures });
  };

  const due = (): OrderRow | undefined => deletions.openOrders(store.read).find(({ dueAtMs }) => dueAtMs <= now());

  /** A database that was put back from before a deletion has rows of what was deleted. */
  const deleteAgain = async (): Promise<void> => {
    const known = new Set(listCertificates(store.read).map(({ number }) => number));
    const open = deletions.openOrders(store.read);
    for (const certificate of keptCertificates(dataDir)) {
      const { number, order } = certificate;
      if (known.has(number) || open.some(({ id, atMs }) => id === order.id && atMs === order.atMs)) continue;
      deletions.eraseDeleted(store.write);
      for (let from = 0; from < certificate.pictures.length; from += AT_ONCE) {
        const some = certificate.pictures.slice(from, from + AT_ONCE);
        for (const picture of forgetAgain(store.write, some, now())) removeDerived(dataDir, picture);
        await nextTurn();
        if (closed) return;
      }
      const atMs = certificate.doneAtMs;
      store.write.transaction(() => {
        addCertificate(store.write, { number, deletionId: null, data: JSON.stringify(certificate), atMs });
        const params = { certificate: number, pictures: certificate.pictures.length };
        addAudit(store.write, { who: '', what: 'retention.deleted_again', params, atMs: now() });
      });
      log('warn', 'deleted_again', { certificate: number, pictures: certificate.pictures.length });
      changed();
    }
  };

  const failed = (thrown: unknown): void => log('error', 'deletion_failed', { ...toErrorData(thrown) });

  const start = (order: OrderRow): void => {
    running = order.id;
    // One that fails (a full disk, a database that another program holds) goes on at the next look.
    work = carryOut(order)
      .catch(failed)
      .finally(() => {
        running = null;
        changed();
      });
  };

  let begun = false;
  work = deleteAgain()
    .catch(failed)
    .finally(() => (begun = true));
  return {
    look() {
      if (closed || !begun || running !== null) return;
      orderByRules();
      const order = due();
      if (order !== undefined && !held()) start(order);
    },
    running: () => running,
    held,
    idle: async () => work,
    async close() {
      closed = true;
      await work;
    },
  };
}

function countFiles(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
