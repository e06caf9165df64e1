import { randomUUID } from 'node:crypto';
import { createAlarmWatch } from './alarm-watch.ts';
import type { OutputState, TypedSecrets } from './contract/output-calls.ts';
import type { OutputTarget } from './contract/output-kinds.ts';
import type { AlarmMessage, OutMessage } from './contract/outputs.ts';
import { toErrorData } from './contract/errors.ts';
import type { AppState, ErrorView } from './contract/views.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import { productionDay } from './domain/shifts.ts';
import { pictureBytes, safeEnding } from './lot-export.ts';
import { createDispatch, type Dispatch } from './outputs/dispatch.ts';
import { openSender, type SenderTools } from './outputs/kinds.ts';
import { createSecrets, type OutputSecrets } from './outputs/secrets.ts';
import { OutputFailed } from './outputs/sender.ts';
import { listLines } from './store/cameras.ts';
import { pictureFile } from './store/images.ts';
import { instant } from './store/out-messages.ts';
import { listOutputs } from './store/outputs.ts';
import { shiftCalendar } from './store/naming.ts';

/** Between two looks at what stands in the way of judging. */
const ALARMS_EVERY_MS = 10_000;
/** Waiting for longer, a person is told on the Today page; a pause is meant, and may last a shift. */
const LATE_MS = 10 * 60_000;
const LATE_PAUSED_MS = 8 * 3_600_000;

/** What leaves for the line. */
export interface LineOutputs {
  readonly dispatch: Dispatch;
  readonly secrets: OutputSecrets;
  /** Sends a message that says it is a test, past the outbox. null: the receiver has it. */
  readonly test: (target: OutputTarget, secrets: TypedSecrets) => Promise<OutputFailed | null>;
  /** Outputs whose receivers have waited too long, as warnings. */
  readonly late: (states: readonly OutputState[]) => ErrorView[];
  /** Looks at alarms from now on. */
  readonly watch: (read: () => AppState) => void;
  readonly close: () => Promise<void>;
}

/** What the senders are lent. */
function senderTools(core: Core): SenderTools {
  const { store, dataDir, log } = core;
  return {
    dataDir,
    day(atMs) {
      const [line] = listLines(store.read);
      return productionDay(line === undefined ? [] : shiftCalendar(store.read, line.id), atMs);
    },
    async picture({ id }, originals) {
      const found = pictureFile(store.read, id as ImageId);
      if (found === null || found.path === null) return null;
      try {
        const bytes = await pictureBytes(core, id as ImageId, originals);
        return { bytes, ending: originals ? safeEnding(found.path) : '.webp' };
      } catch (thrown) {
        const { code } = toErrorData(thrown);
        log('warn', 'output_picture_left_out', { id, code });
        return null;
      }
    },
  };
}

export function createLineOutputs(core: Core): LineOutputs {
  const { store, dataDir, log, now, changed, random } = core;
  const secrets = createSecrets(dataDir);
  const tools = senderTools(core);
  const dispatch = createDispatch({
    ...{ store, now, log, changed },
    chance: () => random.uniform(),
    open(output) {
      if (output.target === null) throw new OutputFailed('refused', output.kind);
      return openSender(output.target, secrets.of(output.key), tools);
    },
  });
  const stop = core.onChange(() => dispatch.look());
  const lookAtAlarms = createAlarmWatch(core);
  let timer: NodeJS.Timeout | undefined;
  return {
    dispatch,
    secrets,
    async test(target, typed) {
      const [line] = listLines(store.read);
      const message: AlarmMessage = {
        ...{ version: 1, type: 'alarm', id: randomUUID(), sequence: 1, at: instant(now()) },
        ...{ line: line?.name ?? '', camera: null, alarm: 'test', state: 'raised', words: 'test' },
      };
      const messages: readonly OutMessage[] = [message];
      const sender = openSender(target, typed, tools);
      try {
        await sender.send(messages, AbortSignal.timeout(30_000));
        return null;
      } catch (thrown) {
        return thrown instanceof OutputFailed ? thrown : new OutputFailed('timed_out', '30 s');
      } finally {
        await sender.close();
      }
    },
    late: (states) =>
      states.flatMap(({ name, waiting, waitingSinceMs, paused, missed }): ErrorView[] => {
        if (waitingSinceMs === null) return [];
        const waitedMs = now() - waitingSinceMs;
        if (waitedMs < (paused ? LATE_PAUSED_MS : LATE_MS) && missed === 0) return [];
        const minutes = Math.floor(waitedMs / 60_000);
        return [{ code: 'output_late', params: { name, waiting, minutes, paused, missed } }];
      }),
    watch(read) {
      timer = setInterval(() => {
        try {
          if (listOutputs(store.read).length > 0) lookAtAlarms(read());
          dispatch.look();
        } catch (thrown) {
          log('error', 'alarms_failed', { ...toErrorData(thrown) });
        }
      }, ALARMS_EVERY_MS).unref();
    },
    async close() {
      clearInterval(timer);
      stop();
      await dispatch.close();
    },
  };
}
