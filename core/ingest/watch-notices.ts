import type { NoticeCode } from '#core/contract/watching.ts';
import type { CameraWatch } from './camera-watch.ts';

/** What a person should know of a camera that is being watched all the same. */
export interface WatchNotice {
  readonly code: NoticeCode;
  readonly params: Readonly<Record<string, string | number>>;
}

const units = [
  { unit: 'days', ms: 86_400_000 },
  { unit: 'hours', ms: 3_600_000 },
  { unit: 'minutes', ms: 60_000 },
] as const;

/** A time in the largest unit of which it has two. */
function inWords(ms: number): { n: number; unit: string } {
  const { unit, ms: each } = units.find((one) => ms >= 2 * one.ms) ?? units[2];
  return { n: Math.round(ms / each), unit };
}

/** @param clockByMs by how much the computer's clock jumped, negative: back, 0: not at all */
export function watchNotices({ tally, polling }: CameraWatch, clockByMs: number): WatchNotice[] {
  const counted = (code: NoticeCode, n: number): WatchNotice[] => (n > 0 ? [{ code, params: { n } }] : []);
  const notices: WatchNotice[] = [];
  if (clockByMs !== 0)
    notices.push({ code: clockByMs < 0 ? 'clock_back' : 'clock_ahead', params: inWords(Math.abs(clockByMs)) });
  if (polling === 'no_handles' || polling === 'no_watches') notices.push({ code: polling, params: {} });
  if (tally === null) return notices;
  if (tally.leftOut > 0 && tally.files === 0)
    notices.push({ code: 'nothing_matches', params: { n: tally.leftOut, names: tally.leftOutNames.join(', ') } });
  return [
    ...notices,
    ...counted('folders_closed', tally.closed),
    ...counted('date_future', tally.future),
    ...counted('date_ancient', tally.ancient),
  ];
}
