import type { ScoreSpeed } from '#core/contract/engine.ts';
import type { Translate } from '#messages/translate.ts';

/** "All pictures have been scored", and how fast, where that is known. */
export function scoredSentence(speed: ScoreSpeed | null, translate: Translate): string {
  const done = translate('cli.stage.score');
  if (!speed?.latency) return done;
  const { p50Ms, p95Ms } = speed.latency;
  const perSecond = Math.round(speed.picturesPerSecond);
  return `${done} ${translate('cli.stage.score_speed', { p50: Math.ceil(p50Ms), p95: Math.ceil(p95Ms), perSecond })}`;
}

/** The same for programs, in the manner of metrics.json; `latency`: one picture alone, from its file to its score. */
export function scoringFigures({ picturesPerSecond, latency }: ScoreSpeed): object {
  return {
    pictures_per_s: picturesPerSecond,
    latency: latency && { pictures: latency.pictures, p50_ms: latency.p50Ms, p95_ms: latency.p95Ms },
  };
}
