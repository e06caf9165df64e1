import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/**
 * As much of the zip format (PKWARE APPNOTE 6.3) as Python wheels use: stored and deflated members, no zip64, no
 * encryption, one disk. Anything else throws.
 *
 * @typedef {object} Member
 * @property {string} name
 * @property {number} method 0 stored, 8 deflated
 * @property {number} compressedBytes
 * @property {number} bytes
 * @property {number} headerAt offset of the local header
 */

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const centralBytes = 46;
const localBytes = 30;

/** The archive is not one that we can read; the message says where. */
export class ZipError extends Error {
  /** @override */
  name = 'ZipError';
}

/**
 * The members of an archive by name.
 *
 * @param {string} archive
 * @returns {Promise<Map<string, Member>>}
 * @throws {ZipError}
 */
export async function readDirectory(archive) {
  const file = await open(archive);
  try {
    const { size } = await file.stat();
    // The end record is followed by a comment of at most 65,535 bytes.
    const tailBytes = Math.min(size, endBytes + 0xffff);
    const tail = await readAt(file, size - tailBytes, tailBytes);
    const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0 || end + endBytes > tail.length || tail.readUInt32LE(end) !== endSignature) {
      throw new ZipError('no end of directory: the file is cut off or not a zip');
    }
    const count = tail.readUInt16LE(end + 10);
    const directoryBytes = tail.readUInt32LE(end + 12);
    const directoryAt = tail.readUInt32LE(end + 16);
    if (count === 0xffff || directoryAt === 0xffffffff) throw new ZipError('zip64 is not supported');
    return parseDirectory(await readAt(file, directoryAt, directoryBytes), count);
  } finally {
    await file.close();
  }
}

/** @param {Buffer} directory @param {number} count */
function parseDirectory(directory, count) {
  /** @type {Map<string, Member>} */
  const members = new Map();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + centralBytes > directory.length || directory.readUInt32LE(at) !== centralSignature) {
      throw new ZipError(`directory entry ${index} is damaged`);
    }
    const flags = directory.readUInt16LE(at + 8);
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + centralBytes, at + centralBytes + nameBytes);
    if (flags & 1) throw new ZipError(`${name} is encrypted`);
    members.set(name, {
      name,
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      headerAt: directory.readUInt32LE(at + 42),
    });
    at += centralBytes + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/**
 * Writes one member to `to` and returns the SHA-256 of what was written (base64url without padding, as a wheel's RECORD
 * has it).
 *
 * @param {string} archive
 * @param {Member} member
 * @param {string} to
 * @returns {Promise<string>}
 * @throws {ZipError}
 */
export async function extractMember(archive, member, to) {
  await mkdir(dirname(to), { recursive: true });
  const hash = createHash('sha256');
  let written = 0;
  const measure = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      written += chunk.length;
      done(written > member.bytes ? new ZipError(`${member.name} is longer than ${member.bytes} bytes`) : null, chunk);
    },
  });
  await through(archive, member, [measure, createWriteStream(to)]);
  if (written < member.bytes) throw new ZipError(`${member.name} is shorter than ${member.bytes} bytes`);
  return hash.digest('base64url');
}

/**
 * One small member as text.
 *
 * @param {string} archive
 * @param {Member} member
 * @throws {ZipError}
 */
export async function readMember(archive, member) {
  /** @type {Buffer[]} */
  const chunks = [];
  const collect = new Transform({
    transform(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await through(archive, member, [collect.resume()]);
  return Buffer.concat(chunks).toString('utf8');
}

/** @param {string} archive @param {Member} member @param {NodeJS.ReadWriteStream[] | [NodeJS.ReadWriteStream, NodeJS.WritableStream]} sinks */
async function through(archive, member, sinks) {
  if (member.method !== 0 && member.method !== 8) {
    throw new ZipError(`${member.name} is compressed by method ${member.method}`);
  }
  const start = await dataStart(archive, member);
  const source =
    member.compressedBytes === 0
      ? Readable.from([])
      : createReadStream(archive, { start, end: start + member.compressedBytes - 1 });
  const inflate = member.method === 8 ? [createInflateRaw()] : [];
  try {
    await pipeline([source, ...inflate, ...sinks]);
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new ZipError(`${member.name} cannot be decompressed`, { cause: error });
    }
    throw error;
  }
}

/** The local header repeats the name and may carry other extra fields than the directory. @param {string} archive @param {Member} member */
async function dataStart(archive, member) {
  const file = await open(archive);
  try {
    const header = await readAt(file, member.headerAt, localBytes);
    if (header.readUInt32LE(0) !== localSignature) {
      throw new ZipError(`${member.name} is not where the directory says`);
    }
    return member.headerAt + localBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}

/**
 * Exactly `length` bytes, so that a damaged offset or size is noticed before memory is taken for it.
 * @param {import('node:fs/promises').FileHandle} file @param {number} position @param {number} length
 */
async function readAt(file, position, length) {
  const { size } = await file.stat();
  if (position + length > size) throw new ZipError('an offset points behind the end of the file');
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer;
}
