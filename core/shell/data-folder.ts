import { readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { ErrorView } from '../contract/error-view.ts';
import type { FolderView } from '../contract/start.ts';
import { isNetworkMount, isNetworkType, isSharePath } from '../domain/network-file-systems.ts';
import { holdsPilot } from './chosen-place.ts';
import { existingAbove, folderFacts, type FolderFacts } from './folder-facts.ts';

const GIGABYTE = 1e9;
/** Room for the database, backups, caches and a few models; pictures stay where the camera puts them. */
export const NEEDED_GIGABYTES = 10;

/**
 * The folder that is taken when a person chooses one: itself where it is empty or holds a pilot, otherwise a folder of its own in
 * it, so that nothing is mixed with what is there.
 */
export function folderWithin(chosen: string): string {
  if (holdsPilot(chosen)) return chosen;
  try {
    return readdirSync(chosen).length === 0 ? chosen : join(chosen, 'Minarai');
  } catch {
    return chosen;
  }
}

/** Looks at a folder in which the pilot's data shall lie. It need not be there yet; nothing of it stays changed. */
export async function checkDataFolder(folder: string, facts: FolderFacts = folderFacts): Promise<FolderView> {
  const view = (problem: ErrorView | null, freeBytes: number | null = null): FolderView => ({
    folder,
    freeGigabytes: freeBytes === null ? null : Math.floor(freeBytes / GIGABYTE),
    holdsPilot: holdsPilot(folder),
    problem,
  });
  const refuse = (code: ErrorView['code'], freeBytes?: number): FolderView =>
    view({ code, params: { folder } }, freeBytes);
  const isWindows = facts.platform === 'win32';
  // A share as typed is refused before anything is asked of it: one that is away answers after a minute.
  if (isWindows && isSharePath(folder)) return refuse('database_on_network');
  if (!isWindows && !isAbsolute(folder)) return refuse('data_folder_not_writable');
  const there = existingAbove(folder);
  try {
    if (isWindows && isSharePath(facts.real(there))) return refuse('database_on_network');
    const { type, freeBytes } = facts.fileSystem(there);
    const mount = facts.mount(there);
    if ((facts.platform === 'linux' && isNetworkType(type)) || (mount !== null && isNetworkMount(mount.type)))
      return refuse('database_on_network', freeBytes);
    const drive = await facts.drive(there);
    if (drive === 'network') return refuse('database_on_network', freeBytes);
    if (drive === 'removable') return refuse('data_folder_removable', freeBytes);
    facts.tryWriting(there);
    if (freeBytes < NEEDED_GIGABYTES * GIGABYTE && !holdsPilot(folder)) {
      const params = { folder, freeGb: Math.floor(freeBytes / GIGABYTE), neededGb: NEEDED_GIGABYTES };
      return view({ code: 'data_folder_too_small', params }, freeBytes);
    }
    return view(null, freeBytes);
  } catch {
    // Whatever it was, the person can only choose another one or have the rights changed.
    return refuse('data_folder_not_writable');
  }
}
