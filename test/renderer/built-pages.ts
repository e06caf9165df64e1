import { buildPages } from '#native/setup/pages.mjs';

/** Builds the window once before its tests, unless it was built from the same sources. */
export async function setup(): Promise<void> {
  await buildPages(process.execPath);
}
