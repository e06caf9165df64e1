import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** What a Windows program or DLL asks of others and gives to others. */
export interface Tables {
  /** Names by the DLL that they are imported from; those that are imported by number are left out. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
  readonly exports: readonly string[];
}

/** Reads bytes by their address in memory, which is how the tables name them. */
type Read = (address: number, bytes: number) => Promise<Buffer>;

const PE32_PLUS = 0x20b;
const DIRECTORIES_AT = 112;
const SECTION_BYTES = 40;
const DESCRIPTOR_BYTES = 20;
const POINTER_BYTES = 8;
const LONGEST_NAME = 512;

/**
 * Reads import and export tables (Microsoft's PE format, 64 bits) from where they lie: TensorFlow's DLL is a gigabyte.
 *
 * @throws Error where the file is no 64-bit program
 */
export async function readTables(path: string): Promise<Tables> {
  const file = await open(path);
  try {
    const start = (await bytesAt(file, 0, 64)).readUInt32LE(60);
    const header = await bytesAt(file, start, 24);
    const no = new Error(`${path} is no 64-bit program of Windows`);
    if (header.toString('latin1', 0, 4) !== 'PE\0\0') throw no;
    const optional = await bytesAt(file, start + 24, header.readUInt16LE(20));
    if (optional.readUInt16LE(0) !== PE32_PLUS) throw no;
    const read = await reader(file, start + 24 + optional.length, header.readUInt16LE(6));
    return {
      imports: await readImports(read, optional.readUInt32LE(DIRECTORIES_AT + 8)),
      exports: await readExports(read, optional.readUInt32LE(DIRECTORIES_AT)),
    };
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position);
  return buffer.subarray(0, bytesRead);
}

async function reader(file: FileHandle, sectionsAt: number, count: number): Promise<Read> {
  const table = await bytesAt(file, sectionsAt, count * SECTION_BYTES);
  const sections = Array.from({ length: count }, (_, i) => table.subarray(i * SECTION_BYTES)).map((section) => ({
    address: section.readUInt32LE(12),
    bytes: section.readUInt32LE(16),
    at: section.readUInt32LE(20),
  }));
  return (address, bytes) => {
    const section = sections.find((one) => address >= one.address && address < one.address + one.bytes);
    if (!section) throw new Error(`nothing lies at address ${address}`);
    return bytesAt(file, section.at + address - section.address, bytes);
  };
}

async function readName(read: Read, address: number): Promise<string> {
  const bytes = await read(address, LONGEST_NAME);
  return bytes.toString('latin1', 0, bytes.indexOf(0));
}

/** A list of descriptors, one a DLL, ends with one of zeros; each names a list of pointers to names, which ends with a zero. */
async function readImports(read: Read, table: number): Promise<Map<string, readonly string[]>> {
  const imports = new Map<string, readonly string[]>();
  for (let at = table; table !== 0; at += DESCRIPTOR_BYTES) {
    const descriptor = await read(at, DESCRIPTOR_BYTES);
    const dll = descriptor.readUInt32LE(12);
    if (dll === 0) break;
    const names: string[] = [];
    for (let entry = descriptor.readUInt32LE(0); ; entry += POINTER_BYTES) {
      const pointer = (await read(entry, POINTER_BYTES)).readBigUInt64LE();
      if (pointer === 0n) break;
      const byNumber = pointer >> 63n === 1n;
      // A hint of two bytes stands before the name.
      if (!byNumber) names.push(await readName(read, Number(pointer) + 2));
    }
    imports.set(await readName(read, dll), names);
  }
  return imports;
}

async function readExports(read: Read, table: number): Promise<readonly string[]> {
  if (table === 0) return [];
  const directory = await read(table, 40);
  const count = directory.readUInt32LE(24);
  const addresses = await read(directory.readUInt32LE(32), count * 4);
  return Promise.all(Array.from({ length: count }, (_, i) => readName(read, addresses.readUInt32LE(i * 4))));
}
