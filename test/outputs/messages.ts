import type { AlarmMessage, VerdictMessage } from '#core/contract/outputs.ts';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const at = (n: number): string => new Date(Date.UTC(2026, 0, 5) + n * 1000).toISOString();

/** The n-th message of an output: a verdict. */
export const verdict = (n: number, fields: Partial<VerdictMessage> = {}): VerdictMessage => ({
  version: 1,
  id: uuid(n),
  sequence: n,
  at: at(n),
  line: 'Line 1',
  camera: 'Camera A',
  type: 'verdict',
  verdict: 'ok',
  by: 'model',
  picture: { id: n, sha256: 'a'.repeat(64), file: `part-${n}.png` },
  takenAt: at(n - 1),
  lot: 'L-7',
  serial: `S${n}`,
  score: 0.25,
  marks: { review: 0.4, reject: 0.7 },
  defect: null,
  model: 3,
  threshold: 5,
  ...fields,
});

export const alarm = (n: number, fields: Partial<AlarmMessage> = {}): AlarmMessage => ({
  version: 1,
  id: uuid(n),
  sequence: n,
  at: at(n),
  line: 'Line 1',
  camera: null,
  type: 'alarm',
  alarm: 'folder_missing',
  state: 'raised',
  words: 'The folder of Camera A cannot be reached.',
  ...fields,
});

/** A run of verdicts. */
export const verdicts = (count: number, from = 1): VerdictMessage[] =>
  Array.from({ length: count }, (_, n) => verdict(from + n));
