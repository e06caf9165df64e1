import { join } from 'node:path';
import * as v from 'valibot';
import { createTranslator } from '#messages/translate.ts';
import { Certificate } from '../contract/certificate.ts';
import { AppError } from '../contract/errors.ts';
import type { DeletionPreview, RetentionView } from '../contract/retention.ts';
import { keptReasons } from '../contract/retention.ts';
import type { Core } from '../core.ts';
import { DELAY_DAYS, type Deletions } from '../deletions.ts';
import { exportsFolder, replaceFile } from '../exports.ts';
import { certificateCsv, certificateHtml } from '../report/html/certificate.ts';
import { knownDataSet } from '../rights.ts';
import { getCertificate, listCertificates } from '../store/certificates.ts';
import { classNames } from '../store/class-changes.ts';
import { dataSets } from '../store/data-rights.ts';
import { addOrder, endOrder, isBegun, openOrders } from '../store/deletions.ts';
import { listJobs } from '../store/jobs.ts';
import { learntFrom } from '../store/learnt-from.ts';
import { goes, inScope, ruleOf, setRule } from '../store/retention.ts';
import { noteOf, type Implementer } from './base.ts';

const DAY_MS = 86_400_000;
/** Pictures shown of what would go. */
const EXAMPLES = 8;

/** Rules of retention, orders to delete and their certificates. */
export function retentionCalls(os: Implementer, core: Core, deletions: Deletions) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const by = () => ({ who: person(), atMs: now() });
  const certificateOf = (data: string): Certificate => v.parse(Certificate, JSON.parse(data));
  const needName = (): void => {
    if (person() === '') throw new AppError('right_needs_name');
  };
  const beforeOf = (days: number | null): number => (days === null ? now() : now() - days * DAY_MS);

  const view = (): RetentionView => ({
    sets: dataSets(store.read, now()).map(({ cameraId, name, pictures, newest }) => {
      const rule = ruleOf(store.read, cameraId);
      return {
        ...{ cameraId, name, pictures, keepUntil: newest?.keepUntil ?? '' },
        rule: rule === null ? null : { ...rule, even: [...rule.even] },
      };
    }),
    orders: openOrders(store.read).map((order) => {
      const { id, cameraId, dataSet, ruleId, pictures, left, originals, reason, who, atMs, dueAtMs } = order;
      const waits = dueAtMs > now() || !deletions.held();
      const state = deletions.running() === id || isBegun(store.read, id) ? 'running' : waits ? 'waiting' : 'held';
      return {
        ...{ id, cameraId, dataSet, pictures, left, originals, reason, who, atMs, dueAtMs, state },
        byRule: ruleId !== null,
      };
    }),
    certificates: listCertificates(store.read).map(({ data }) => {
      const { number, dataSet, pictures, order, doneAtMs } = certificateOf(data);
      return { number, dataSet, pictures: pictures.length, who: order.who, doneAtMs };
    }),
    delayDays: DELAY_DAYS,
  });

  return {
    retention: {
      list: os.retention.list.handler(view),
      preview: os.retention.preview.handler(({ input }): DeletionPreview => {
        const { cameraId } = knownDataSet(core, input.cameraId);
        const all = inScope(store.read, { cameraId, beforeMs: beforeOf(input.olderThanDays) });
        const going = all.filter((picture) => goes(picture, input.even));
        const stays = all.filter((picture) => !goes(picture, input.even));
        const names = classNames(store.read);
        const kinds = Map.groupBy(going, ({ classId }) => classId);
        const step = Math.max(1, going.length / EXAMPLES);
        const examples = Array.from(
          { length: Math.min(EXAMPLES, going.length) },
          (_, at) => going[Math.floor(at * step)],
        );
        const firstSeenMs = Math.min(...going.map(({ seenAtMs }) => seenAtMs));
        const ids = going.map(({ id }) => id);
        return {
          pictures: going.length,
          bytes: going.reduce((sum, { bytes }) => sum + bytes, 0),
          kinds: [...kinds].map(([classId, own]) => ({
            ...{ classId, name: classId === null ? '' : (names.get(classId) ?? ''), pictures: own.length },
          })),
          kept: Object.fromEntries(
            keptReasons.map((why) => [why, stays.filter((picture) => picture[why] === 1).length]),
          ) as DeletionPreview['kept'],
          keptPictures: stays.length,
          examples: examples.flatMap((one) => one?.id ?? []),
          learnt: going.length === 0 ? [] : learntFrom(store.read, ids, firstSeenMs),
          pausedJob:
            listJobs(store.read).find(({ kind, state }) => kind === 'pretrain' && state === 'paused')?.id ?? null,
        };
      }),
      setRule: os.retention.setRule.handler(({ input: { cameraId, rule, reason } }) => {
        needName();
        const set = knownDataSet(core, cameraId);
        store.write.transaction(() => {
          setRule(store.write, set.cameraId, { ...rule, reason, ...by() });
          const { keepDays, byRight, even, originals } = rule;
          const params = { days: keepDays ?? 0, byRight, even: even.join(' '), originals, reason };
          note('retention.rule', { camera: set.cameraId, name: set.name, ...params });
        });
        core.changed();
        return view();
      }),
      order: os.retention.order.handler(({ input }) => {
        needName();
        const set = knownDataSet(core, input.cameraId);
        const { olderThanDays, even, originals, reason } = input;
        store.write.transaction(() => {
          const id = addOrder(store.write, {
            ...{ cameraId: set.cameraId, ruleId: null, beforeMs: beforeOf(olderThanDays), even, originals, reason },
            ...{ ...by(), dueAtMs: now() + DELAY_DAYS * DAY_MS },
          });
          if (id === null) throw new AppError('deletion_nothing', { dataSet: set.name });
          const params = { days: olderThanDays ?? 0, even: even.join(' '), originals, reason };
          note('retention.order', { deletion: id, camera: set.cameraId, name: set.name, ...params });
        });
        core.changed();
        return view();
      }),
      cancel: os.retention.cancel.handler(({ input: { deletionId, reason } }) => {
        needName();
        const order = openOrders(store.read).find(({ id }) => id === deletionId);
        if (order === undefined) throw new AppError('not_found', { deletionId });
        if (deletions.running() === deletionId || isBegun(store.read, deletionId)) throw new AppError('deletion_begun');
        store.write.transaction(() => {
          endOrder(store.write, { orderId: order.id, outcome: 'cancelled', reason, ...by() });
          note('retention.cancel', { deletion: order.id, camera: order.cameraId, reason });
        });
        core.changed();
        return view();
      }),
      certificate: os.retention.certificate.handler(async ({ input: { number, locale } }) => {
        const found = getCertificate(store.read, number);
        if (found === null) throw new AppError('not_found', { certificate: number });
        const certificate = certificateOf(found.data);
        const translate = createTranslator(locale);
        const [html, csv] = [`deletion-${number}-${locale}.html`, `deletion-${number}.csv`];
        const folder = exportsFolder(core);
        await replaceFile(join(folder, html), certificateHtml({ ...certificate, hash: found.sha256 }, translate));
        await replaceFile(join(folder, csv), certificateCsv(certificate));
        return { html, csv };
      }),
    },
  };
}
