import type { OutMessage } from '#core/contract/outputs.ts';
import { instant } from '#core/store/out-messages.ts';

/** Messages of nothing that was, to show a form before anything was told. */
export function exampleMessages(atMs: number): OutMessage[] {
  const at = instant(atMs);
  const verdict = (sequence: number, said: 'ok' | 'ng', score: number): OutMessage => ({
    ...{ version: 1, type: 'verdict', id: `00000000-0000-4000-8000-00000000000${sequence}`, sequence, at },
    ...{ line: 'L1', camera: 'C1', verdict: said, by: 'model' },
    picture: { id: sequence, sha256: String(sequence).repeat(64), file: `part-${sequence}.png` },
    ...{ takenAt: at, lot: 'LOT-1', serial: `S-${sequence}`, score, marks: { review: 0.4, reject: 0.7 } },
    ...{ defect: null, model: 1, threshold: 1 },
  });
  return [verdict(1, 'ok', 0.12), verdict(2, 'ng', 0.91)];
}
