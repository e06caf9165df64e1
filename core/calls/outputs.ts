import { AppError } from '../contract/errors.ts';
import type { OutputPlan, TypedSecrets } from '../contract/output-calls.ts';
import { addressOf, outputKinds, type OutputTarget } from '../contract/output-kinds.ts';
import type { OutMessage } from '../contract/outputs.ts';
import type { Core } from '../core.ts';
import type { LineOutputs } from '../line-outputs.ts';
import { previewOf } from '../outputs/kinds.ts';
import { keyBytes } from '../outputs/standard-webhook.ts';
import { deliveryCount, deliveryLog, endMessages } from '../store/outbox.ts';
import * as outputs from '../store/outputs.ts';
import { tellStanding } from '../store/alarms.ts';
import { exampleMessages } from '../outputs/examples.ts';
import { noteOf, type Implementer } from './base.ts';

const OUTAGES = 20;
const EXAMPLES = 2;

/** What leaves for the line, and where. */
export function outputCalls(os: Implementer, core: Core, line: LineOutputs) {
  const { store, now } = core;
  const { dispatch, secrets } = line;
  const note = noteOf(core);

  const keeps = (row: outputs.OutputRow, target: OutputTarget): boolean =>
    row.target !== null && row.kind === target.kind && addressOf(row.target) === addressOf(target);

  /** What was typed, with what is there: only for the receiver that it was typed for, so that nobody else's address gets it. */
  const secretsFor = (outputId: number | null, target: OutputTarget, typed: TypedSecrets): TypedSecrets => {
    const row = outputId === null ? null : outputs.getOutput(store.read, outputId);
    const there = row !== null && keeps(row, target) ? secrets.of(row.key) : {};
    const fresh = Object.entries(typed).filter(([, value]) => value !== '');
    return { ...there, ...Object.fromEntries(fresh) };
  };

  const check = ({ kind, settings }: OutputTarget, all: TypedSecrets): void => {
    if (kind === 'opcua' && !settings.open && (settings.username === '' || (all['password'] ?? '').length < 8))
      throw new AppError('output_password');
    if (kind !== 'webhook') return;
    if (settings.url.startsWith('http:') && !settings.plain) throw new AppError('output_plain');
    if (keyBytes(all['key'] ?? '') === null) throw new AppError('output_key');
  };

  const told = ({ name }: OutputPlan, { kind }: OutputTarget, outputId: number) => ({ output: outputId, name, kind });

  const messages = (): OutMessage[] => {
    const newest = outputs
      .listOutputs(store.read)
      .flatMap(({ id }) => deliveryLog(store.read, id, EXAMPLES, Number.MAX_SAFE_INTEGER))
      .map(({ message }) => message)
      .filter(({ type }) => type === 'verdict');
    return newest.length > 0 ? newest.slice(0, EXAMPLES).reverse() : exampleMessages(now());
  };

  return {
    outputs: {
      list: os.outputs.list.handler(() => ({
        outputs: outputs.listOutputs(store.read).flatMap(({ id, key, name, about, rate, keepDays, target }) => {
          if (target === null) return [];
          const known: readonly string[] = outputKinds[target.kind].secrets;
          const there = Object.keys(secrets.of(key)).filter((one) => known.includes(one));
          return [{ id, name, about: [...about], rate, keepDays, target, secrets: there }];
        }),
      })),
      add: os.outputs.add.handler(({ input: { plan, target, secrets: typed } }) => {
        check(target, typed);
        const row = store.write.transaction(() => {
          const added = outputs.addOutput(store.write, plan, target, now());
          if (plan.about.includes('alarm')) tellStanding(store.write, added.id, now());
          note('outputs.add', told(plan, target, added.id));
          return added;
        });
        secrets.keep(row.key, typed, false);
        dispatch.look();
        dispatch.renew(row.id);
        core.changed();
        return { outputId: row.id };
      }),
      set: os.outputs.set.handler(({ input: { outputId, plan, target, secrets: typed } }) => {
        const row = outputs.getOutput(store.read, outputId);
        check(target, secretsFor(outputId, target, typed));
        const beside = keeps(row, target);
        secrets.keep(row.key, typed, beside);
        store.write.transaction(() => {
          outputs.setOutput(store.write, outputId, plan, target);
          note('outputs.set', told(plan, target, outputId));
        });
        dispatch.renew(outputId);
        core.changed();
        return {};
      }),
      pause: os.outputs.pause.handler(({ input: { outputId, paused } }) => {
        const { name } = outputs.getOutput(store.read, outputId);
        store.write.transaction(() => {
          outputs.setOutputPaused(store.write, outputId, paused);
          note('outputs.pause', { output: outputId, name, paused });
        });
        dispatch.renew(outputId);
        core.changed();
        return {};
      }),
      remove: os.outputs.remove.handler(async ({ input: { outputId } }) => {
        const { key, name, putThrough, endedThrough } = outputs.getOutput(store.read, outputId);
        await dispatch.stop(outputId);
        store.write.transaction(() => {
          outputs.removeOutput(store.write, outputId, now());
          note('outputs.remove', { output: outputId, name, waiting: putThrough - endedThrough });
        });
        secrets.forget(key);
        core.changed();
        return {};
      }),
      tryNow: os.outputs.tryNow.handler(({ input: { outputId } }) => {
        dispatch.tryNow(outputs.getOutput(store.read, outputId).id);
        return {};
      }),
      discard: os.outputs.discard.handler(({ input: { outputId, which } }) => {
        const { name, putThrough, endedThrough } = outputs.getOutput(store.read, outputId);
        const through = which === 'all' ? putThrough : Math.min(putThrough, endedThrough + 1);
        const discarded = store.write.transaction(() => {
          const ended = endMessages(store.write, outputId, through, 'discarded', now());
          note('outputs.discard', { output: outputId, name, messages: ended });
          return ended;
        });
        dispatch.renew(outputId);
        core.changed();
        return { discarded };
      }),
      test: os.outputs.test.handler(async ({ input: { outputId, target, secrets: typed } }) => {
        const all = secretsFor(outputId, target, typed);
        check(target, all);
        const began = performance.now();
        const failed = await line.test(target, all);
        return {
          milliseconds: Math.round(performance.now() - began),
          failed: failed && { reason: failed.reason, detail: failed.detail },
        };
      }),
      preview: os.outputs.preview.handler(({ input: { target } }) => ({ text: previewOf(target, messages()) })),
      log: os.outputs.log.handler(({ input: { outputId, beforeId, limit } }) => ({
        rows: deliveryLog(store.read, outputId, limit, beforeId ?? Number.MAX_SAFE_INTEGER),
        total: deliveryCount(store.read, outputId),
        outages: outputs.listOutages(store.read, outputId, OUTAGES).map((one) => ({ ...one, nextTryAtMs: null })),
      })),
    },
  };
}
