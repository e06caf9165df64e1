import { Arch, build, Platform } from 'electron-builder';
import type { Configuration } from 'electron-builder';
import { join } from 'node:path';
import { root } from '../native/setup/files.mjs';
import { linkTree } from './link-tree.ts';
import type { Target } from './targets.ts';

export interface Packing {
  readonly target: Target;
  /** What {@link stageApp} laid out. */
  readonly app: string;
  /** The native folder: becomes resources/native. */
  readonly native: string;
  readonly output: string;
  /** Formats, such as `nsis`; `dir` for the unpacked folder alone; none: those of electron-builder.yml. */
  readonly formats: readonly string[];
  /** A folder to take for Electron's, or its own release from electron-builder's cache or the network. */
  readonly electronDist?: string;
}

/** Packs by electron-builder.yml; only paths are added here. */
export async function packApp({ target, app, native, output, formats, electronDist }: Packing): Promise<void> {
  const platform = target === 'win' ? Platform.WINDOWS : Platform.LINUX;
  await build({
    projectDir: root,
    targets: platform.createTarget([...formats], Arch.x64),
    publish: 'never',
    config: {
      extends: 'electron-builder.yml',
      directories: { app, output },
      // Linked, where electron-builder's extraResources would write the gigabyte anew; before the formats are made of it.
      afterPack: ({ appOutDir }) => linkTree(native, join(appOutDir, 'resources', 'native')),
      ...(electronDist !== undefined && { electronDist }),
    } satisfies Configuration,
  });
}
