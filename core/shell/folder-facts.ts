import { execFile } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join, parse } from 'node:path';
import { promisify } from 'node:util';

/** What kind of drive a folder lies on. */
export type DriveKind = 'fixed' | 'removable' | 'network' | 'unknown';

/** What the system tells of a folder; in tests, of folders that are not there. */
export interface FolderFacts {
  readonly platform: NodeJS.Platform;
  /** Where a folder really lies: a mapped Windows drive (`Z:\`) becomes its share (`\\server\share`). */
  readonly real: (folder: string) => string;
  /** Of the file system: its type as a number and its free bytes. */
  readonly fileSystem: (folder: string) => { readonly type: number; readonly freeBytes: number };
  /** Linux: the mounted type (`ext4`, `fuse.sshfs`) and where the device's facts lie; null where it is not to be found. */
  readonly mount: (folder: string) => { readonly type: string; readonly device: string } | null;
  readonly drive: (folder: string) => Promise<DriveKind>;
  /** Throws where no file can be written. */
  readonly tryWriting: (folder: string) => void;
}

/** The nearest folder above that is there: a data folder is made only when it is taken. */
export function existingAbove(folder: string): string {
  for (let at = folder; ; at = dirname(at)) if (existsSync(at) || dirname(at) === at) return at;
}

/**
 * The line of /proc/self/mountinfo for a device: `36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/sda1 rw`.
 *
 * @param device `major:minor`
 */
export function mountOf(mountinfo: string, device: string): string | null {
  const line = mountinfo.split('\n').find((one) => one.split(' ')[2] === device);
  return line?.split(' - ')[1]?.split(' ')[0] ?? null;
}

/** Linux packs a device's numbers like this (glibc's gnu_dev_major and gnu_dev_minor). */
export function deviceName(device: number): string {
  const number = BigInt(device);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

/** A disk that says so itself, or one that hangs on USB, which many say nothing of. */
function isRemovable(device: string): boolean {
  const folder = `/sys/dev/block/${device}`;
  if (!existsSync(folder)) return false;
  const disk = realpathSync(folder);
  // A partition has no such file, its disk above has.
  const told = [disk, dirname(disk)].map((at) => join(at, 'removable')).find((file) => existsSync(file));
  return /\/usb\d+\//.test(disk) || (told !== undefined && readFileSync(told, 'utf8').trim() === '1');
}

const driveKinds: Readonly<Record<string, DriveKind>> = { 2: 'removable', 3: 'fixed', 4: 'network', 5: 'removable' };

/** Node cannot tell what a drive letter stands for; Windows' own table can (Win32_LogicalDisk.DriveType). */
async function windowsDrive(folder: string): Promise<DriveKind> {
  const letter = /^([A-Za-z]):/.exec(parse(folder).root)?.[1];
  if (letter === undefined) return 'unknown';
  const ask = `(Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='${letter}:'").DriveType`;
  const windows = process.env['SystemRoot'] ?? 'C:\\Windows';
  const shell = join(windows, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const { stdout } = await promisify(execFile)(shell, ['-NoProfile', '-NonInteractive', '-Command', ask], {
    timeout: 8000,
    windowsHide: true,
  }).catch(() => ({ stdout: '' }));
  return driveKinds[stdout.trim()] ?? 'unknown';
}

/** What this computer tells. */
export const folderFacts: FolderFacts = {
  platform: process.platform,
  real: (folder) => realpathSync.native(folder),
  fileSystem: (folder) => {
    const { type, bavail, bsize } = statfsSync(folder);
    return { type, freeBytes: bavail * bsize };
  },
  mount: (folder) => {
    if (process.platform !== 'linux') return null;
    const device = deviceName(statSync(folder).dev);
    const type = mountOf(readFileSync('/proc/self/mountinfo', 'utf8'), device);
    return type === null ? null : { type, device };
  },
  drive: async (folder) => {
    if (process.platform === 'win32') return windowsDrive(folder);
    if (process.platform !== 'linux') return 'unknown';
    return isRemovable(deviceName(statSync(folder).dev)) ? 'removable' : 'fixed';
  },
  tryWriting: (folder) => {
    const file = join(folder, `.minarai-${randomUUID()}.tmp`);
    const handle = openSync(file, 'wx', 0o600);
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
      rmSync(file, { force: true });
    }
  },
};
