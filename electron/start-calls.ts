import { implement, ORPCError } from '@orpc/server';
import { startContract, type StartView } from '#core/contract/start.ts';
import type { Locale } from '#core/contract/views.ts';
import { checkDataFolder, folderWithin } from '#core/shell/data-folder.ts';

export interface StartTools {
  readonly version: string;
  /** The folder that the system keeps for it. */
  readonly usual: string;
  readonly locale: Locale;
  /** A folder that was chosen by the system's dialog, in words of the language. */
  readonly pick: (locale: Locale, from: string) => Promise<string | null>;
  readonly setLocale: (locale: Locale) => void;
  /** The choice is made. */
  readonly open: (dataDir: string, locale: Locale) => void;
}

/** Answers the first start: what is chosen is kept here and not in the page, so that no path comes from it. */
export function startCalls({ version, usual, pick, setLocale, open, ...first }: StartTools) {
  let { locale } = first;
  let folder = usual;
  const os = implement(startContract);
  const view = async (): Promise<StartView> => ({
    locale,
    version,
    folder: await checkDataFolder(folder),
    usual: folder === usual,
  });
  return os.router({
    get: os.get.handler(view),
    setLocale: os.setLocale.handler(({ input }) => {
      locale = input.locale;
      setLocale(locale);
      return view();
    }),
    pickFolder: os.pickFolder.handler(async () => {
      const chosen = await pick(locale, folder);
      if (chosen !== null) folder = folderWithin(chosen);
      return view();
    }),
    useUsual: os.useUsual.handler(() => {
      folder = usual;
      return view();
    }),
    open: os.open.handler(async () => {
      const { problem } = await checkDataFolder(folder);
      if (problem !== null) throw new ORPCError('APP', { status: 422, data: problem });
      // After the answer has gone: the page that asked is left by it.
      setImmediate(open, folder, locale);
      return {};
    }),
  });
}
