import type { LineCard } from './contract/line-file.ts';
import { isInputName, roiInputUnits, type RoiInput } from './domain/roi.ts';
import { inputFault } from './domain/roi-limits.ts';
import { blocked, compared, yesNo, type Compared, type PlanItem, type PlanSite } from './line-plan.ts';
import { gatherInputs } from './report/inputs.ts';
import { addCurrencyChange, pilotCurrency } from './store/currencies.ts';
import { setSettings } from './store/settings.ts';
import { modelOrigins } from './store/exchange.ts';
import { pilotInputs, setPilotInputs } from './store/pilots.ts';
import { addAims, storedAims } from './store/threshold-aims.ts';

/*
 * What marks are held to, costs, and how the line works.
 */

export function planAims({ db, pilotId, by }: PlanSite, aims: NonNullable<LineCard['aims']>): PlanItem[] {
  const is = storedAims(db, pilotId);
  const values = ({ maxEscape, maxOverkill }: typeof aims) => ({ escape: maxEscape, overkill: maxOverkill });
  return [
    compared({ section: 'aims', kind: 'aims', name: '', now: is && values(is), said: values(aims) }, (writer) =>
      addAims(writer, { ...aims, pilotId, ...by }),
    ),
  ];
}

const costValues = ({ value, low, high }: { value: number; low?: number | undefined; high?: number | undefined }) => ({
  ...{ value, low: low ?? value, high: high ?? value },
});

export function planCosts(
  { db, pilotId, by }: PlanSite,
  { currency, inputs }: NonNullable<LineCard['costs']>,
): PlanItem[] {
  const [is, standing] = [pilotCurrency(db, pilotId), pilotInputs(db, pilotId)];
  const { measured } = gatherInputs(db);
  const entered = Object.values(standing).some(({ kind }) => kind !== 'assumed');
  const money: Compared = { section: 'costs', kind: 'currency', name: '', now: { currency: is }, said: { currency } };
  const change = { was: is, currency, rate: null, ...by };
  // Amounts that somebody entered here would silently become other money.
  const first =
    is !== currency && entered
      ? blocked(money, 'currency')
      : compared(money, (writer) => addCurrencyChange(writer, pilotId, change));
  const items = Object.entries(inputs).map(([name, input]): PlanItem => {
    const stood = standing[name];
    const now = stood === undefined || stood.kind === 'assumed' ? null : costValues(stood);
    const what: Compared = { section: 'costs', kind: 'cost', name, now, said: costValues(input) };
    if (!isInputName(name) || inputFault(name, input) !== null) return blocked(what, 'refused');
    if (measured.includes(name)) return blocked(what, 'counted');
    if (first.change === 'blocked' && roiInputUnits[name] === 'yen') return blocked(what, 'currency');
    const said: RoiInput = { ...input, kind: 'entered' };
    return compared(what, (writer) => setPilotInputs(writer, pilotId, { [name]: said }, by.who, by.atMs));
  });
  return [first, ...items];
}

export function planWork({ settings }: PlanSite, work: NonNullable<LineCard['work']>): PlanItem[] {
  return (['autoScore', 'autoTeach'] as const).map((kind) =>
    compared(
      { section: 'work', kind, name: '', now: { on: yesNo(settings[kind]) }, said: { on: yesNo(work[kind]) } },
      (writer) => setSettings(writer, { [kind]: work[kind] }),
    ),
  );
}

/** Keys lie with each window; the one that asked puts them in. */
export function planKeys({ keys }: PlanSite, theirs: NonNullable<LineCard['keys']>): PlanItem[] {
  const n = (of: typeof theirs): number => Object.keys(of).length;
  const same = n(keys) === n(theirs) && Object.entries(theirs).every(([action, code]) => keys[action] === code);
  const now = n(keys) === 0 ? null : { n: n(keys) };
  return [compared({ section: 'keys', kind: 'keys', name: '', now, said: { n: n(theirs) } }, null, same)];
}

/** An encoder is taken in by a job of its own, once its file has been checked by the engine. */
export function planEncoder(
  { db }: PlanSite,
  { images, channels, sha256 }: NonNullable<LineCard['encoder']>,
): PlanItem[] {
  const came = modelOrigins(db, 100).some(({ card }) => 'encoder' in card && card.encoder.sha256 === sha256);
  const said = { images, channels };
  return [compared({ section: 'encoder', kind: 'encoder', name: '', now: came ? said : null, said }, null)];
}
