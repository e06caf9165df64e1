import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lacksVisualC } from '#native/visual-c.ts';
import { readTables } from '../../packaging/program-tables.ts';
import { lookAtTables } from '../../packaging/windows-runtime.ts';

const root = join(import.meta.dirname, '..', '..');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'minarai-tables-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("a Windows binding's tables are read: what it takes from Windows, what it gives to Node", async () => {
  const { imports, exports } = await readTables(
    join(root, 'node_modules', 'better-sqlite3', 'prebuilds', 'win32-x64.node'),
  );
  expect([...imports.keys()]).toEqual(['KERNEL32.dll']);
  expect(imports.get('KERNEL32.dll')).toContain('GetProcAddress');
  expect(exports).toContain('napi_register_module_v1');
});

it('a file that is no program is told', async () => {
  const file = join(temporaryFolder(), 'a.dll');
  writeFileSync(file, Buffer.alloc(4096, 1));
  await expect(readTables(file)).rejects.toThrow('is no 64-bit program of Windows');
});

it('a name that the DLL beside lacks, and a DLL that nobody has, are wrong; the C++ runtime is named', () => {
  const tables = new Map([
    [
      'a.dll',
      {
        imports: new Map([
          ['b.dll', ['given', 'lacking']],
          ['KERNEL32.dll', ['Sleep']],
          ['VCRUNTIME140_1.dll', ['x']],
          ['MSVCP140.dll', ['y']],
          ['cudart.dll', ['z']],
        ]),
        exports: [],
      },
    ],
    ['b.dll', { imports: new Map(), exports: ['given'] }],
  ]);
  expect(lookAtTables(tables)).toEqual({
    wrong: ['a.dll asks b.dll for lacking, which it lacks', 'a.dll needs cudart.dll, which is not there'],
    visualC: ['VCRUNTIME140_1.dll', 'MSVCP140.dll'],
  });
});

it("the want of Microsoft's C++ runtime is told from other failures to load", () => {
  const folder = temporaryFolder();
  const binding = join(folder, 'tfjs_binding.node');
  const notLoaded = Object.assign(new Error('The specified module could not be found.'), { code: 'ERR_DLOPEN_FAILED' });
  const windows = { platform: 'win32', env: { SystemRoot: join(folder, 'none') } } as const;
  expect(lacksVisualC(notLoaded, binding, windows)).toBe(true);
  expect(lacksVisualC(new Error('other'), binding, windows)).toBe(false);
  expect(lacksVisualC(notLoaded, binding, { ...windows, platform: 'linux' })).toBe(false);
  writeFileSync(join(folder, 'msvcp140.dll'), '');
  expect(lacksVisualC(notLoaded, binding, windows)).toBe(false);
});
