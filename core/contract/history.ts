import * as v from 'valibot';

/*
 * Who did what: the audit trail, whose entries are chained by their hashes.
 */

const id = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Everything that the trail records; message key `trail.<event>`. */
export const trailEvents = [
  'agreement.adopt',
  'agreement.begin',
  'agreement.resolve',
  'agreement.stop',
  'app.diagnose',
  'app.set',
  'area.set',
  'audit.plan',
  'backup.keep',
  'backup.make',
  'backup.restore',
  'book.add',
  'book.print',
  'book.remove',
  'cameras.acceptFolder',
  'cameras.add',
  'cameras.pause',
  'cameras.remove',
  'cameras.setWatching',
  'classes.bringBack',
  'classes.describe',
  'classes.move',
  'classes.rename',
  'classes.retire',
  'classes.setKey',
  'database.changed_outside',
  'database.healed',
  'database.log_lost',
  'database.restored',
  'database.rotten',
  'doubts.keep',
  'figures.export',
  'finds.add',
  'finds.export',
  'finds.say',
  'finds.setLimit',
  'golden.check',
  'golden.clear',
  'golden.fix',
  'groups.finish',
  'groups.start',
  'groups.undo',
  'history.export',
  'learn.start',
  'lots.export',
  'marks.follow',
  'metadata.edit',
  'metadata.setPattern',
  'metadata.setShifts',
  'models.export',
  'models.freeze',
  'models.import',
  'models.set_aside',
  'models.set_takt',
  'models.unfreeze',
  'models.use',
  'outputs.add',
  'outputs.discard',
  'outputs.pause',
  'outputs.remove',
  'outputs.set',
  'people.add',
  'people.begin',
  'people.changePin',
  'people.lock',
  'people.recover',
  'people.resetPin',
  'people.setActive',
  'people.setLock',
  'people.setRole',
  'people.signIn',
  'people.speak',
  'people.wrongPin',
  'plan.agree',
  'plan.count',
  'plan.withdraw',
  'quality.card',
  'quality.learnAgain',
  'quality.say',
  'report.export',
  'report.sign',
  'retention.cancel',
  'retention.deleted',
  'retention.deleted_again',
  'retention.due',
  'retention.order',
  'retention.rule',
  'review.exportLedger',
  'rights.declare',
  'rights.export',
  'rights.say',
  'rights.set_clearers',
  'roi.setCurrency',
  'sheets.print',
  'threshold.aims',
  'threshold.apply',
] as const;
export type TrailEvent = (typeof trailEvents)[number];

export const HistoryRow = v.object({
  id,
  atMs: v.pipe(v.number(), v.integer()),
  who: v.string(),
  /** Of an older version it may be none of {@link trailEvents}. */
  what: v.string(),
  params: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
});
export type HistoryRow = v.InferOutput<typeof HistoryRow>;

export const HistoryPage = v.object({
  /** The newest first. */
  rows: v.array(HistoryRow),
  total: count,
});
export type HistoryPage = v.InferOutput<typeof HistoryPage>;

export const HistoryState = v.object({
  entries: count,
  /** The first entry that does not follow from the one before it; null: the chain holds. */
  brokenAt: v.nullable(id),
  /** Of the newest entry, SHA-256 as hexadecimal digits; empty before the first. */
  hash: v.string(),
});
export type HistoryState = v.InferOutput<typeof HistoryState>;

export const historyInputs = {
  page: v.object({
    /** Rows below this id, newest first. */
    beforeId: v.optional(id),
    limit: v.optional(v.pipe(count, v.maxValue(500)), 100),
  }),
};
