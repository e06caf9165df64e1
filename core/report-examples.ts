import { toErrorData } from './contract/errors.ts';
import type { Core } from './core.ts';
import type { ImageId } from './domain/ids.ts';
import type { HeatMaps } from './heat-maps.ts';
import { renderKnown } from './render-known.ts';
import type { ReportExample } from './report/report-data.ts';
import { classNames } from './store/class-changes.ts';
import { correctedPictures } from './store/effort.ts';
import { imageViews } from './store/image-views.ts';
import { pictureFile } from './store/images.ts';
import { imageLedger, ledgerLength } from './store/ledger.ts';
import { passedDefects, worstFlagged } from './store/queues.ts';

/** Pictures of each kind in a report, their longest side in pixels, and lines of the ledger of each. */
const EACH = { flagged: 6, missed: 3, corrected: 3 } as const;
const PICTURE_PX = 320;
const LEDGER_LINES = 4;

/** Each picture once, under the reason that tells most: a miss before a correction before what was merely flagged. */
function chosen({ store }: Core): (readonly [ReportExample['why'], ImageId])[] {
  const taken = new Set<ImageId>();
  const take = (ids: readonly ImageId[], most: number): ImageId[] => {
    const fresh = ids.filter((id) => !taken.has(id)).slice(0, most);
    for (const id of fresh) taken.add(id);
    return fresh;
  };
  const all = EACH.flagged + EACH.missed + EACH.corrected;
  const missed = take(passedDefects(store.read, all), EACH.missed);
  const corrected = take(correctedPictures(store.read, all), EACH.corrected);
  const flagged = take(worstFlagged(store.read, all), EACH.flagged);
  return [
    ...flagged.map((id) => ['flagged', id] as const),
    ...missed.map((id) => ['missed', id] as const),
    ...corrected.map((id) => ['corrected', id] as const),
  ];
}

const dataUrl = (mime: string, bytes: Uint8Array): string =>
  `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;

/** Pictures that a report shows, with their heat maps and what the ledger says of them. */
export async function reportExamples(core: Core, heat: HeatMaps): Promise<ReportExample[]> {
  const { store, log } = core;
  const names = classNames(store.read);
  const found: ReportExample[] = [];
  for (const [why, id] of chosen(core)) {
    const [view] = imageViews(store.read, [id]);
    const file = pictureFile(store.read, id);
    if (view === undefined || view.verdict === null || view.score === null || file?.path == null) continue;
    // A picture that vanished since is no reason to have no report, nor is an engine that cannot draw.
    const lacking = (event: string) => (thrown: unknown) => {
      log('warn', event, { imageId: id, ...toErrorData(thrown) });
      return null;
    };
    const shown = await renderKnown(core, { ...file, path: file.path }, PICTURE_PX).catch(
      lacking('report_without_picture'),
    );
    if (shown === null) continue;
    const map = await heat(id).catch(lacking('report_without_heat'));
    found.push({
      imageId: id,
      fileName: view.fileName,
      why,
      dataUrl: dataUrl(shown.mime, shown.bytes),
      heatUrl: map && dataUrl('image/png', map),
      verdict: view.verdict,
      label: view.classId === null ? null : (names.get(view.classId) ?? null),
      score: view.score,
      ledger: imageLedger(store.read, id, LEDGER_LINES),
      ledgerLines: ledgerLength(store.read, id),
    });
  }
  return found;
}
