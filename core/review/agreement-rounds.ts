import type { ClassId, ImageId } from '#core/domain/ids.ts';
import { agreementOf, meaningOf, shareAgreed, type Agreement, type Pair } from '#core/domain/agreement.ts';
import { exactInterval } from '#core/domain/interval.ts';
import type { AgreementResult, DisagreementView, RoundView, Side } from '#core/contract/agreement.ts';
import type { ImageView, QueueItem } from '#core/contract/views.ts';
import { resolutions, roundPictures, type Answer, type JudgedPicture, type RoundRow } from '#core/store/agreement.ts';
import { listClasses, retiredClasses } from '#core/store/classes.ts';
import type { Reader } from '#core/store/handle.ts';
import { imageViews } from '#core/store/image-views.ts';

/** The files of a round that are there. */
type There = ReadonlySet<string>;

type Both = JudgedPicture & { readonly a: Answer; readonly b: Answer };
const ofBoth = (pictures: readonly JudgedPicture[]): Both[] =>
  pictures.filter((one): one is Both => one.a !== null && one.b !== null);

const canShow = ({ path }: JudgedPicture, there: There): boolean => path !== null && there.has(path);

/** A picture as it is shown to somebody who must not be led: without label, score, marks and name. */
function blind(image: ImageView): ImageView {
  return {
    ...image,
    ...{ fileName: '', classId: null, held: false, regions: [], score: null, anomaly: null, verdict: null },
    ...{ reviewed: false, quality: null, qualityReasons: [] },
  };
}

/** Pictures that a side has not answered and that can be shown, in the side's own order. */
export function blindQueue(db: Reader, round: RoundRow, side: Side, there: There, limit: number): QueueItem[] {
  if (round.stopped) return [];
  const place = side === 'a' ? 'placeA' : 'placeB';
  const open = roundPictures(db, round.id)
    .filter((one) => one[side] === null && canShow(one, there))
    .toSorted((one, other) => one[place] - other[place])
    .slice(0, limit);
  return blindItems(
    db,
    open.map(({ imageId }) => imageId),
  );
}

/** Pictures as they are shown blind. */
export function blindItems(db: Reader, ids: readonly ImageId[]): QueueItem[] {
  return imageViews(db, ids).map((image) => ({ image: blind(image), why: 'agreement' }));
}

/** How far a round is. What both said is told only when neither can be led by it any more. */
export function roundView(db: Reader, round: RoundRow, there: There): RoundView {
  const pictures = roundPictures(db, round.id);
  const missing = pictures.filter((one) => one.a === null || one.b === null);
  const gone = missing.filter((one) => !canShow(one, there)).length;
  const state = round.stopped ? 'stopped' : missing.length === gone ? 'done' : 'open';
  const { answers: _, table: __, ...all } = agreementOf(pairsOf(ofBoth(pictures)));
  const { id, personA, personB, repeat, asked, startedAtMs } = round;
  return {
    ...{ id, personA, personB, repeat, asked, startedAtMs, state, gone },
    pictures: pictures.length,
    answeredA: pictures.filter(({ a }) => a !== null).length,
    answeredB: pictures.filter(({ b }) => b !== null).length,
    agreed: state === 'open' ? null : { agreed: all.agreed, pictures: all.pictures, kappa: all.kappa },
  };
}

const pairsOf = (pictures: readonly Both[]): Pair<ClassId | null>[] =>
  pictures.map(({ a, b }) => [a.classId, b.classId]);

/** The figures alone, without what the screens know already. */
const figures = <Answer>({ answers, table, ...rest }: Agreement<Answer>) => ({
  ...rest,
  answers: [...answers],
  table: table.map((row) => [...row]),
});

/** Agreed pictures that nobody has labelled, with the class that both said, as far as it is in use. */
export function agreedUnlabelled(db: Reader, round: RoundRow): { imageId: ImageId; classId: ClassId }[] {
  const agreed = ofBoth(roundPictures(db, round.id)).flatMap(({ imageId, a, b }) =>
    a.classId !== null && a.classId === b.classId ? [{ imageId, classId: a.classId }] : [],
  );
  const inUse = new Set(listClasses(db).map(({ id }) => id));
  const views = imageViews(
    db,
    agreed.map(({ imageId }) => imageId),
  );
  const open = new Set<number>(views.filter(({ classId }) => classId === null).map(({ id }) => id));
  return agreed.filter(({ imageId, classId }) => open.has(imageId) && inUse.has(classId));
}

const worst = { escape: 0, kind: 1, unsure: 2 } as const;

/** What came out of a round, worst disagreement first. */
export function agreementResult(db: Reader, round: RoundRow, there: There): AgreementResult {
  const both = ofBoth(roundPictures(db, round.id));
  const classes = [...listClasses(db), ...retiredClasses(db)];
  const good = new Set(classes.filter(({ isGood }) => isGood).map(({ id }) => id));
  const simple = (classId: ClassId): 'ok' | 'ng' => (good.has(classId) ? 'ok' : 'ng');
  const sure: Pair<'ok' | 'ng'>[] = pairsOf(both).flatMap(([a, b]): Pair<'ok' | 'ng'>[] =>
    a === null || b === null ? [] : [[simple(a), simple(b)]],
  );
  const okNg = agreementOf<'ok' | 'ng'>(sure, ['ok', 'ng']);
  const byClass = agreementOf(pairsOf(both), [...classes.map(({ id }) => id), null]);
  const decided = resolutions(db, round.id);
  const differing = both.filter(({ a, b }) => a.classId !== b.classId);
  const views = new Map<number, ImageView>(
    imageViews(
      db,
      differing.map(({ imageId }) => imageId),
    ).map((view) => [view.id, view]),
  );
  const kindOf = (a: ClassId | null, b: ClassId | null): DisagreementView['kind'] =>
    a === null || b === null ? 'unsure' : simple(a) === simple(b) ? 'kind' : 'escape';
  const disagreements = differing.flatMap(({ imageId, why, a, b }): DisagreementView[] => {
    const image = views.get(imageId);
    if (image === undefined) return [];
    const { classId, who, reason, atMs } = decided.get(imageId) ?? {};
    const resolution =
      classId === undefined || who === undefined || reason === undefined || atMs === undefined
        ? null
        : { classId, who, reason, atMs };
    return [{ image, why, a: a.classId, b: b.classId, kind: kindOf(a.classId, b.classId), resolution }];
  });
  const { lower, upper } = exactInterval(okNg.agreed, okNg.pictures);
  return {
    round: roundView(db, round, there),
    okNg: {
      ...figures(okNg),
      meaning: meaningOf(okNg),
      ngAgreed: shareAgreed(okNg, 'ng'),
      okAgreed: shareAgreed(okNg, 'ok'),
      agreed95: { lower, upper },
    },
    classes: figures(byClass),
    disagreements: disagreements.toSorted((one, other) => worst[one.kind] - worst[other.kind]),
    agreedUnlabelled: agreedUnlabelled(db, round).length,
  };
}
