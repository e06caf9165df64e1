import type { ImageId } from '#core/domain/ids.ts';
import { openSender } from '#core/outputs/kinds.ts';
import { startDelivery } from '#core/outputs/delivery.ts';
import { raiseAlarm } from '#core/store/alarms.ts';
import { openStore } from '#core/store/open.ts';
import { tellVerdicts } from '#core/store/outbox.ts';
import { getOutput, listOutputs } from '#core/store/outputs.ts';
import { judgeScored } from '#core/store/thresholds.ts';

/**
 * Judges the pictures of a site that nobody was told of, raises an alarm for each, and delivers both, so that it can be killed at the
 * Nth step: a statement that writes, or a delivery before it leaves and after it arrived.
 */
const [root = '', at = '0'] = process.argv.slice(2);
const store = openStore(root);
let left = Number(at);
const step = (): void => {
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
};
const write = {
  ...store.write,
  run: (...args: Parameters<typeof store.write.run>) => {
    step();
    return store.write.run(...args);
  },
};
const [output] = listOutputs(store.read);
if (output?.target == null) throw new Error('a site has an output');
const { id, target } = output;
const real = openSender(target, {}, { dataDir: root, day: () => '2026-11-27', picture: async () => null });
const delivery = startDelivery(id, {
  ...{ store: { ...store, write }, now: () => 5, log: () => undefined, changed: () => undefined, chance: () => 0 },
  open: () => ({
    async send(messages, signal) {
      step();
      await real.send(messages, signal);
      step();
    },
    close: real.close,
  }),
});
const awaited = store.read.all<{ id: ImageId }>(
  'SELECT image_id AS id FROM told_picture WHERE told_at_ms IS NULL ORDER BY image_id',
);
for (const picture of awaited) {
  raiseAlarm(write, { key: `a${picture.id}`, code: 'disk_full', cameraId: null, words: 'x' }, 5);
  write.transaction(() => {
    judgeScored(write, [picture.id], 5);
    tellVerdicts(write, [picture.id], 5);
  });
  delivery.wake();
  // Lets a delivery begin between two messages, as on the line.
  await new Promise((resolve) => setImmediate(resolve));
}
for (;;) {
  const { putThrough, endedThrough } = getOutput(store.read, id);
  if (putThrough === endedThrough) break;
  await new Promise((resolve) => setImmediate(resolve));
}
await delivery.close();
store.close();
