import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import { toErrorData } from './contract/errors.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import { buildReport } from './report/build-report.ts';
import type { ReportData, ReportThumbnail } from './report/report-data.ts';
import { renderHtml } from './report/render-html.ts';
import { renderScoresCsv } from './report/scores-csv.ts';
import { renderXlsx } from './report/render-xlsx.ts';
import { renderKnown } from './render-known.ts';
import { classNames } from './store/class-changes.ts';
import { imageViews } from './store/image-views.ts';
import { pictureFile } from './store/images.ts';
import { worstFlagged } from './store/queues.ts';

/** Worst flagged pictures shown in a report, and their longest side in pixels. */
const THUMBNAILS = 8;
const THUMBNAIL_PX = 160;

/** The report of the data folder, built from rows each time it is asked for, and its files. */
export interface Exports {
  readonly report: () => Promise<ReportData>;
  /** Writes HTML, XLSX and CSV from one and the same report object. */
  readonly write: (locale: Locale) => Promise<{ folder: string; files: string[] }>;
  /** Writes the same under fixed names into another folder; for the command line. */
  readonly writeTo: (folder: string, locale: Locale) => Promise<ReportData>;
  /** Full path of an exported file by its name, or null. */
  readonly file: (fileName: string) => string | null;
}

async function thumbnails(core: Core): Promise<ReportThumbnail[]> {
  const { store, log } = core;
  const names = classNames(store.read);
  const found: ReportThumbnail[] = [];
  for (const view of imageViews(store.read, worstFlagged(store.read, THUMBNAILS))) {
    const file = pictureFile(store.read, view.id as Parameters<typeof pictureFile>[1]);
    if (file?.path == null || view.verdict === null || view.score === null) continue;
    try {
      const { bytes, mime } = await renderKnown(core, { ...file, path: file.path }, THUMBNAIL_PX);
      found.push({
        imageId: view.id,
        dataUrl: `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`,
        verdict: view.verdict,
        label: view.classId === null ? null : (names.get(view.classId) ?? null),
        score: view.score,
      });
    } catch (thrown) {
      // A picture that vanished since is no reason to have no report.
      log('warn', 'report_without_picture', { imageId: view.id, ...toErrorData(thrown) });
    }
  }
  return found;
}

/** 2026-11-23T19:00:00Z → 20261123-190000, in local time: for names of files. */
export function stamp(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/** Where exported files lie; a window fetches them by name. */
export const exportsFolder = ({ dataDir }: Pick<Core, 'dataDir'>): string => join(dataDir, 'exports');

export function createExports(core: Core, version: string): Exports {
  const folder = exportsFolder(core);
  const report = async (): Promise<ReportData> =>
    buildReport(core.store.read, {
      appVersion: version,
      backend: core.engineState().facts?.backend ?? '',
      person: core.settings().person,
      createdAtMs: core.now(),
      thumbnails: await thumbnails(core),
    });
  const writeFiles = async (data: ReportData, locale: Locale, names: { html: string; xlsx: string; csv: string }) => {
    const translate = createTranslator(locale);
    await writeFile(names.html, renderHtml(data, translate));
    await writeFile(names.xlsx, await renderXlsx(data, translate));
    await writeFile(names.csv, renderScoresCsv(data.scores));
  };
  return {
    report,
    async write(locale) {
      const data = await report();
      const name = `minarai-${stamp(data.createdAtMs)}`;
      const files = { html: `${name}.html`, xlsx: `${name}.xlsx`, csv: `${name}.csv` };
      await mkdir(folder, { recursive: true });
      const at = (file: string) => join(folder, file);
      await writeFiles(data, locale, { html: at(files.html), xlsx: at(files.xlsx), csv: at(files.csv) });
      return { folder, files: Object.values(files) };
    },
    async writeTo(target, locale) {
      const data = await report();
      await mkdir(target, { recursive: true });
      const at = (file: string) => join(target, file);
      await writeFiles(data, locale, { html: at('report.html'), xlsx: at('report.xlsx'), csv: at('scores.csv') });
      return data;
    },
    file(fileName) {
      const path = join(folder, basename(fileName));
      return existsSync(path) ? path : null;
    },
  };
}
