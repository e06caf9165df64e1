import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import { isInputName, roiInputUnits, type RoiInput, type RoiInputName } from '../domain/roi.ts';
import { inputFault } from '../domain/roi-limits.ts';
import { gatherInputs, startingValue } from '../report/inputs.ts';
import { addCurrencyChange, currencyChanges, pilotCurrency } from '../store/currencies.ts';
import { inputChanges, pilotInputs, setPilotInputs } from '../store/pilots.ts';
import { noteOf, type Implementer } from './base.ts';

function checked(name: RoiInputName, input: Omit<RoiInput, 'kind'>): void {
  const fault = inputFault(name, input);
  if (fault !== null) throw new AppError('input_refused', { fault, name });
}

/** What the pilot costs and is worth, as people say it. */
export function roiCalls(os: Implementer, core: Core) {
  const { store, person, now } = core;
  const note = noteOf(core);
  const pilotId = () => core.pilot().id;

  /** What the app counted cannot be typed over. */
  const typed = (name: string): RoiInputName => {
    if (!isInputName(name)) throw new AppError('bad_input', { name });
    if (gatherInputs(store.read).measured.includes(name)) throw new AppError('bad_input', { name });
    return name;
  };

  const record = (inputs: Record<string, RoiInput>, atMs = now()): void =>
    setPilotInputs(store.write, pilotId(), inputs, person(), atMs);

  return {
    roi: {
      get: os.roi.get.handler(() => {
        const { inputs, measured } = gatherInputs(store.read);
        const currency = pilotCurrency(store.read, pilotId());
        return { inputs, measured: [...measured], currency, startedAtMs: core.pilot().startedAtMs };
      }),
      set: os.roi.set.handler(({ input }) => {
        for (const [name, value] of Object.entries(input.inputs)) {
          // Nor can a typed number pass for a counted one.
          if (value.kind === 'measured') throw new AppError('bad_input', { name });
          checked(typed(name), value as RoiInput);
        }
        record(input.inputs as Record<string, RoiInput>);
        core.changed();
        return {};
      }),
      clear: os.roi.clear.handler(({ input }) => {
        const name = typed(input.name);
        const value = startingValue(name, pilotCurrency(store.read, pilotId()));
        record({ [name]: { value, kind: 'assumed' } });
        core.changed();
        return {};
      }),
      history: os.roi.history.handler(() => ({
        changes: inputChanges(store.read, pilotId()),
        currencies: currencyChanges(store.read, pilotId()),
      })),
      setCurrency: os.roi.setCurrency.handler(({ input: { currency, rate } }) => {
        const id = pilotId();
        const was = pilotCurrency(store.read, id);
        if (was === currency) return {};
        // One moment for all: by it an amount that was converted is told from one that was entered anew.
        const atMs = now();
        store.write.transaction(() => {
          for (const [name, input] of Object.entries(pilotInputs(store.write, id))) {
            if (!isInputName(name) || roiInputUnits[name] !== 'yen') continue;
            const { value, low, high, kind } = input;
            if (kind === 'assumed' && value === startingValue(name, was)) {
              record({ [name]: { value: startingValue(name, currency), kind } }, atMs);
              continue;
            }
            if (rate === null) continue;
            // Six digits: more would be the rate's, not the person's.
            const times = (amount: number) => Number((amount * rate).toPrecision(6));
            const converted = {
              value: times(value),
              kind,
              ...(low === undefined ? {} : { low: times(low) }),
              ...(high === undefined ? {} : { high: times(high) }),
            };
            checked(name, converted);
            record({ [name]: converted }, atMs);
          }
          addCurrencyChange(store.write, id, { was, currency, rate, who: person(), atMs });
          note('roi.setCurrency', { was, currency, rate: rate ?? 0 });
        });
        core.changed();
        return {};
      }),
    },
  };
}
