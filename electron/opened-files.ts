import { extname, isAbsolute, resolve } from 'node:path';
import { statSync } from 'node:fs';
import { pickedFiles } from '#core/contract/desktop.ts';

/** What a model is exported as, and what the installer tells the system to open with the app. */
const MODEL_EXTENSION = `.${pickedFiles.model}`;
/** More than these in one start is a slip of the hand in the file manager. */
const MOST = 10;

/** Model files among a start's arguments. Options, other files and what is not there are passed over. */
export function openedModels(args: readonly string[], workingDir: string): string[] {
  const files = args
    .filter((arg) => !arg.startsWith('-') && extname(arg).toLowerCase() === MODEL_EXTENSION)
    .map((arg) => (isAbsolute(arg) ? arg : resolve(workingDir, arg)));
  const isFile = (file: string): boolean => {
    try {
      return statSync(file).isFile();
    } catch {
      return false;
    }
  };
  return [...new Set(files)].filter(isFile).slice(0, MOST);
}
