import { inflateRawSync } from 'node:zlib';

/** The files of a zip by name, read by its central directory. */
export function unzip(bytes: Uint8Array): Map<string, string> {
  const view = Buffer.from(bytes);
  let at = view.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = view.readUInt16LE(at + 10);
  at = view.readUInt32LE(at + 16);
  const files = new Map<string, string>();
  for (let entry = 0; entry < count; entry++) {
    const [method, size, nameSize] = [
      view.readUInt16LE(at + 10),
      view.readUInt32LE(at + 20),
      view.readUInt16LE(at + 28),
    ];
    const local = view.readUInt32LE(at + 42);
    const start = local + 30 + view.readUInt16LE(local + 26) + view.readUInt16LE(local + 28);
    const raw = view.subarray(start, start + size);
    const name = view.toString('utf8', at + 46, at + 46 + nameSize);
    files.set(name, (method === 8 ? inflateRawSync(raw) : raw).toString('utf8'));
    at += 46 + nameSize + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
  }
  return files;
}
