import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createTranslator } from '#messages/translate.ts';
import type { PagePrinter } from './app-types.ts';
import { AppError, type ErrorData, toErrorData } from './contract/errors.ts';
import { type ExportedFile, type ExportKind, exportKinds } from './contract/exports.ts';
import type { Locale } from './contract/views.ts';
import type { Core } from './core.ts';
import type { HeatMaps } from './heat-maps.ts';
import { writeWhole } from './disk/whole-file.ts';
import { syncFolder } from './store/backup.ts';
import { reportExamples } from './report-examples.ts';
import { buildReport } from './report/build-report.ts';
import type { ReportData } from './report/report-data.ts';
import { renderHtml } from './report/render-html.ts';
import { renderSlide, SLIDE_SIZE } from './report/render-slide.ts';
import { renderScoresCsv } from './report/scores-csv.ts';
import { renderXlsx } from './report/render-xlsx.ts';

/** The report of the data folder, built from rows each time it is asked for, and its files. */
export interface Exports {
  /** Its figures; without pictures and the row of each picture, which only files show. */
  readonly report: () => ReportData;
  /**
   * Writes HTML, PDF, XLSX, CSV and PNG from one and the same report object. What could not be made says why beside what could;
   * none is ever half written.
   */
  readonly write: (locale: Locale) => Promise<{ folder: string; files: ExportedFile[] }>;
  /**
   * Writes the same under fixed names into another folder; for the command line. Throws where page, workbook or table cannot be
   * written; PDF and PNG, which need a browser, are told of. One of an earlier report does not stay beside this one's.
   */
  readonly writeTo: (
    folder: string,
    locale: Locale,
    onUnwritten: (file: string, error: ErrorData) => void,
  ) => Promise<ReportData>;
  /** Full path of an exported file by its name, or null. */
  readonly file: (fileName: string) => string | null;
}

/** What the shell and the core lend to the reports. */
export interface ExportTools {
  readonly version: string;
  readonly heat: HeatMaps;
  readonly printer: PagePrinter | undefined;
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

/** Codes by which Windows and Linux refuse to replace a file that another program holds. */
const heldCodes: ReadonlySet<unknown> = new Set(['EBUSY', 'EPERM', 'EACCES', 'ETXTBSY']);

/** The name survives a power cut, too; network shares know no such call. */
function syncNames(folder: string): void {
  try {
    syncFolder(folder);
  } catch {
    // The bytes are on the disk; at worst the name is the old one's.
  }
}

/**
 * Whoever opens the file finds all of the old or all of the new one, also after a power cut. Throws `file_in_use` where another program keeps the old one
 * open, and what the system throws on a full disk.
 */
export async function replaceFile(file: string, bytes: Uint8Array | string): Promise<void> {
  try {
    await writeWhole(file, bytes, { makesFolder: true });
    syncNames(dirname(file));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && heldCodes.has(cause.code) && existsSync(file))
      throw new AppError('file_in_use', { file: basename(file) }, { cause });
    throw cause;
  }
}

/** The files of a report, each made when it is its turn. */
function makers(
  data: ReportData,
  locale: Locale,
  printer: PagePrinter | undefined,
): Record<ExportKind, () => Promise<Uint8Array | string>> {
  const translate = createTranslator(locale);
  const page = renderHtml(data, translate);
  const able = (): PagePrinter => {
    if (printer === undefined) throw new AppError('no_browser');
    return printer;
  };
  return {
    html: async () => page,
    pdf: async () => able().pdf(page),
    xlsx: () => renderXlsx(data, translate),
    csv: async () => renderScoresCsv(data.scores),
    png: async () => able().png(renderSlide(data, translate), SLIDE_SIZE),
  };
}

export function createExports(core: Core, { version, heat, printer }: ExportTools): Exports {
  const folder = exportsFolder(core);
  const build = (paper: { readonly examples: ReportData['examples'] } | null): ReportData =>
    buildReport(core.store.read, {
      appVersion: version,
      backend: core.engineState().facts?.backend ?? '',
      person: core.person(),
      createdAtMs: core.now(),
      paper,
    });
  return {
    report: () => build(null),
    async write(locale) {
      const data = build({ examples: await reportExamples(core, heat) });
      const make = makers(data, locale, printer);
      await mkdir(folder, { recursive: true });
      const files: ExportedFile[] = [];
      for (const kind of exportKinds) {
        const name = `minarai-${stamp(data.createdAtMs)}.${kind}`;
        try {
          await replaceFile(join(folder, name), await make[kind]());
          files.push({ kind, name, error: null });
        } catch (thrown) {
          const error = toErrorData(thrown);
          core.log('warn', 'export_failed', { kind, code: error.code, ...error.params });
          files.push({ kind, name, error });
        }
      }
      return { folder, files };
    },
    async writeTo(target, locale, onUnwritten) {
      const data = build({ examples: await reportExamples(core, heat) });
      const make = makers(data, locale, printer);
      await mkdir(target, { recursive: true });
      const names = { html: 'report.html', xlsx: 'report.xlsx', csv: 'scores.csv' } as const;
      for (const kind of ['html', 'xlsx', 'csv'] as const)
        await replaceFile(join(target, names[kind]), await make[kind]());
      for (const kind of ['pdf', 'png'] as const) {
        const name = `report.${kind}`;
        try {
          await replaceFile(join(target, name), await make[kind]());
        } catch (thrown) {
          await rm(join(target, name), { force: true }).catch(() => undefined);
          onUnwritten(name, toErrorData(thrown));
        }
      }
      return data;
    },
    file(fileName) {
      const path = join(folder, basename(fileName));
      return existsSync(path) ? path : null;
    },
  };
}
