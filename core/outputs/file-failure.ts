import { mkdirSync, statSync } from 'node:fs';
import { errorCode } from './said.ts';
import { OutputFailed } from './sender.ts';

const reasons: Readonly<Record<string, OutputFailed['reason']>> = {
  ...{ ENOENT: 'folder_missing', ENOTDIR: 'folder_missing', ESTALE: 'folder_missing', EHOSTDOWN: 'folder_missing' },
  ...{ EACCES: 'folder_readonly', EPERM: 'folder_readonly', EROFS: 'folder_readonly' },
  ...{ ENOSPC: 'disk_full', EDQUOT: 'disk_full', EFBIG: 'disk_full' },
  // Another program holds the file, as a spreadsheet does that is open on Windows.
  ...{ EBUSY: 'busy', ETXTBSY: 'busy' },
};

/** What the system said of a folder or file, as a failed delivery. */
export function fileFailure(thrown: unknown): OutputFailed {
  if (thrown instanceof OutputFailed) return thrown;
  const code = errorCode(thrown) ?? '';
  // Without the path: it is the output's own setting, and the words name it.
  return new OutputFailed(reasons[code] ?? 'unreachable', code === '' ? String(thrown) : code);
}

/**
 * An output's folder must be there: one that is made anew in place of a share that is not mounted would hide that.
 *
 * @throws OutputFailed `folder_missing`
 */
export function needFolder(folder: string): void {
  let isFolder = false;
  try {
    isFolder = statSync(folder).isDirectory();
  } catch (thrown) {
    throw fileFailure(thrown);
  }
  if (!isFolder) throw new OutputFailed('folder_missing', 'ENOTDIR');
}

/** A folder of ours below an output's. @throws OutputFailed */
export function ensureBelow(folder: string): void {
  try {
    mkdirSync(folder, { recursive: false });
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw fileFailure(thrown);
  }
}
