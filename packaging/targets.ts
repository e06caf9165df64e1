import { join } from 'node:path';
import { root } from '../native/setup/files.mjs';

/** An operating system that Minarai is packed for, by electron-builder's name; always x64, which TensorFlow is built for. */
export type Target = 'linux' | 'win';

export const targets: readonly Target[] = ['linux', 'win'];

/** Names that differ by operating system. */
export const facts = {
  linux: { platform: 'linux', executable: 'minarai', electron: 'electron', native: 'linux-x64' },
  win: { platform: 'win32', executable: 'Minarai.exe', electron: 'electron.exe', native: 'win32-x64' },
} as const satisfies Record<Target, object>;

/** Where everything of a packing lies: inside the clone, ignored by git. */
export const workDir = (target: Target): string => join(root, 'dist', 'package', target);
