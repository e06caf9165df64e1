import type { AppOptions } from '../app-types.ts';
import { AppError } from '../contract/errors.ts';
import type { Core } from '../core.ts';
import { getNotices, setNotices } from '../store/notice-settings.ts';
import { type Implementer, noteOf } from './base.ts';

/** What only a window of its own has. */
export function desktopCalls(
  os: Implementer,
  core: Core,
  { pickFolder, pickFile }: Pick<AppOptions, 'pickFolder' | 'pickFile'>,
) {
  const { store } = core;
  const note = noteOf(core);
  return {
    desktop: {
      notices: os.desktop.notices.handler(() => getNotices(store.read)),
      setNotices: os.desktop.setNotices.handler(({ input }) => {
        store.write.transaction(() => {
          setNotices(store.write, input);
          note('app.set', { changed: 'notices' });
        });
        return {};
      }),
      pickFolder: os.desktop.pickFolder.handler(async () => {
        if (!pickFolder) throw new AppError('bad_input');
        return { folder: await pickFolder() };
      }),
      pickFile: os.desktop.pickFile.handler(async ({ input: { what } }) => {
        if (!pickFile) throw new AppError('bad_input');
        return { file: await pickFile(what) };
      }),
    },
  };
}
