import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isNetworkMount, isNetworkType, isSharePath } from '#core/domain/network-file-systems.ts';
import { checkDataFolder, folderWithin, NEEDED_GIGABYTES } from '#core/shell/data-folder.ts';
import { deviceName, folderFacts, type FolderFacts, mountOf } from '#core/shell/folder-facts.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'minarai-folder-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A computer with a good disk, but for what a test says. */
const facts = (other: Partial<FolderFacts> = {}): FolderFacts => ({
  platform: 'linux',
  real: (folder) => folder,
  fileSystem: () => ({ type: 0xef53, freeBytes: 500e9 }),
  mount: () => ({ type: 'ext4', device: '8:1' }),
  drive: async () => 'fixed',
  tryWriting: folderFacts.tryWriting,
  ...other,
});
const problem = async (folder: string, other: Partial<FolderFacts> = {}): Promise<string | undefined> =>
  (await checkDataFolder(folder, facts(other))).problem?.code;

describe('a data folder', () => {
  it('on a disk of this computer is taken, is not made by looking, and nothing is left in it', async () => {
    const folder = join(dir, 'new', 'deep');
    expect(await checkDataFolder(folder, facts())).toEqual({
      ...{ folder, freeGigabytes: 500, holdsPilot: false, problem: null },
    });
    expect([existsSync(folder), readdirSync(dir)]).toEqual([false, []]);
  });

  it.each<[string, Partial<FolderFacts>]>([
    ['NFS by its number', { fileSystem: () => ({ type: 0x6969, freeBytes: 9e12 }) }],
    [
      'CIFS by its number, which Node gives as a negative one',
      { fileSystem: () => ({ type: 0xff534d42 | 0, freeBytes: 9e12 }) },
    ],
    ['sshfs by its mount', { mount: () => ({ type: 'fuse.sshfs', device: '0:50' }) }],
    ['a network drive by its letter', { platform: 'win32', drive: async () => 'network' }],
    ['a mapped drive by where it leads', { platform: 'win32', real: () => '\\\\nas\\line' }],
    ['a mapped drive in the long form', { platform: 'win32', real: () => '\\\\?\\UNC\\nas\\line' }],
  ])('is refused on %s', async (_what, other) => {
    expect(await problem(dir, other)).toBe('database_on_network');
  });

  it('is refused on a share before anything is asked of it', async () => {
    const never = (): never => {
      throw new Error('asked');
    };
    const asked = { platform: 'win32', real: never, fileSystem: never, mount: never, tryWriting: never } as const;
    expect(await problem('\\\\nas\\line\\data', asked)).toBe('database_on_network');
  });

  it('is refused on a stick, where nothing can be written, and where there is no room', async () => {
    expect(await problem(dir, { drive: async () => 'removable' })).toBe('data_folder_removable');
    const refuse = (): never => {
      throw new Error('EACCES');
    };
    expect(await problem(dir, { tryWriting: refuse })).toBe('data_folder_not_writable');
    expect(await problem('relative/folder')).toBe('data_folder_not_writable');
    const small = { fileSystem: () => ({ type: 0xef53, freeBytes: NEEDED_GIGABYTES * 1e9 - 1 }) };
    expect((await checkDataFolder(dir, facts(small))).problem).toEqual({
      code: 'data_folder_too_small',
      params: { folder: dir, freeGb: NEEDED_GIGABYTES - 1, neededGb: NEEDED_GIGABYTES },
    });
    // A pilot that is there already must be opened however full its disk has become.
    writeFileSync(join(dir, 'minarai.db'), '');
    expect(await checkDataFolder(dir, facts(small))).toMatchObject({ holdsPilot: true, problem: null });
  });

  it('of this computer is looked at by what it tells itself', async () => {
    expect(folderFacts.fileSystem(dir).freeBytes).toBeGreaterThan(0);
    expect(() => folderFacts.tryWriting(dir)).not.toThrow();
    expect(() => folderFacts.tryWriting(join(dir, 'none'))).toThrow('ENOENT');
    expect(readdirSync(dir)).toEqual([]);
    expect(['fixed', 'removable', 'unknown']).toContain(await folderFacts.drive(dir));
  });
});

describe('what is taken when a folder is chosen', () => {
  it('is itself where it is empty or holds a pilot, else one of its own within', () => {
    expect(folderWithin(dir)).toBe(dir);
    writeFileSync(join(dir, 'other.txt'), '');
    expect(folderWithin(dir)).toBe(join(dir, 'Minarai'));
    writeFileSync(join(dir, 'minarai.db'), '');
    expect(folderWithin(dir)).toBe(dir);
    expect(folderWithin(join(dir, 'none'))).toBe(join(dir, 'none'));
  });
});

describe('where a folder lies', () => {
  it('share paths of Windows are known in every form', () => {
    for (const path of ['\\\\nas\\x', '//nas/x', '\\\\?\\UNC\\nas\\x', '//?/unc/nas/x'])
      expect([path, isSharePath(path)]).toEqual([path, true]);
    for (const path of ['C:\\x', '\\\\?\\C:\\x', '\\\\.\\C:', '/srv/x', 'D:'])
      expect([path, isSharePath(path)]).toEqual([path, false]);
  });

  it('file systems of disks are none of a network', () => {
    expect([0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630].filter(isNetworkType)).toEqual([]);
    expect(['ext4', 'xfs', 'btrfs', 'overlay', 'fuseblk', 'tmpfs', '9p'].filter(isNetworkMount)).toEqual([]);
    expect(['nfs', 'nfs4', 'cifs', 'smb3', 'fuse.rclone'].every(isNetworkMount)).toBe(true);
  });

  it('a mount is found by its device, whatever optional fields its line has', () => {
    const info = [
      '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
      '36 35 0:49 /a b /mnt/x rw,noatime shared:1 master:2 - nfs4 nas:/x rw,vers=4.2',
    ].join('\n');
    expect([mountOf(info, '254:0'), mountOf(info, '0:49'), mountOf(info, '8:1')]).toEqual(['ext4', 'nfs4', null]);
  });

  it('device numbers are taken apart as the kernel puts them together', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xfff }), fc.integer({ min: 0, max: 0xfffff }), (major, minor) => {
        const packed = ((BigInt(minor) & 0xffffff00n) << 12n) | (BigInt(major) << 8n) | (BigInt(minor) & 0xffn);
        expect(deviceName(Number(packed))).toBe(`${major}:${minor}`);
      }),
    );
    mkdirSync(join(dir, 'x'));
    expect(deviceName(statSync(join(dir, 'x')).dev)).toMatch(/^\d+:\d+$/);
  });
});
