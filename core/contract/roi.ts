import { oc } from '@orpc/contract';
import * as v from 'valibot';
import { currencies } from '#core/domain/currency.ts';
import { ErrorView } from './error-view.ts';
import { atMs, RoiInputs } from './views.ts';

/*
 * What the pilot costs and is worth: the inputs by name, where each comes from, who changed it when, and the currency they are in.
 */

const base = oc.errors({ APP: { status: 422, data: ErrorView } });
const nothing = v.object({});
const currency = v.picklist(currencies);
const Input = RoiInputs.value;

/** One word on an input. `from` null: the starting value that nobody said. */
const InputChange = v.object({ name: v.string(), from: v.nullable(Input), to: Input, who: v.string(), atMs });

/** `rate` null: the figures were in the new currency already. */
const CurrencyChange = v.object({ was: currency, currency, rate: v.nullable(v.number()), who: v.string(), atMs });

export const InputHistory = v.object({ changes: v.array(InputChange), currencies: v.array(CurrencyChange) });
export type InputHistory = v.InferOutput<typeof InputHistory>;

/** The most new units that one old one can be: a euro is some 30,000 dong. */
export const MAX_RATE = 1e6;

export const NewCurrency = v.object({
  currency,
  /** New units for one old one, by which everything typed so far is multiplied; null: it is in the new currency already. */
  rate: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(1 / MAX_RATE), v.maxValue(MAX_RATE))),
});

export const roiContract = {
  get: base.output(
    v.object({
      inputs: RoiInputs,
      /** Names whose value was counted and cannot be typed over. */
      measured: v.array(v.string()),
      currency,
      startedAtMs: atMs,
    }),
  ),
  /** Refused as `input_refused` where a value can be nothing but a slip; then nothing of it is stored. */
  set: base.input(v.object({ inputs: RoiInputs })).output(nothing),
  /** Back to the starting value: nobody has entered it. */
  clear: base.input(v.object({ name: v.string() })).output(nothing),
  history: base.output(InputHistory),
  setCurrency: base.input(NewCurrency).output(nothing),
};
