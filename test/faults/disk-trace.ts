import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a program did to the disk, in order; a `say` is a line on its standard output. */
export type DiskOp =
  | { readonly kind: 'create' | 'sync' | 'unlink'; readonly path: string }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'write'; readonly path: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  /** Bytes that the system copied by itself, from and to one place in both. */
  | { readonly kind: 'copy'; readonly path: string; readonly from: string; readonly at: number; readonly size: number }
  | { readonly kind: 'say'; readonly text: string };

const calls =
  'openat,write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,rename,renameat2,unlink,unlinkat,sendfile,copy_file_range';

/** Whether this machine lets one process see the system calls of another; where not, that is said. */
export function canTrace(): boolean {
  if (spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0) return true;
  console.warn('skipped: strace, which alone tells what reaches the disk in which order, is not there or not allowed');
  return false;
}

/** Runs a script of ours and returns what it did to the disk under `folder`, and what it said. */
export function traced(folder: string, log: string, script: string, ...args: readonly string[]): DiskOp[] {
  const strace = ['-f', '-y', '-xx', '-s', '200000', '-o', log, '-e', `trace=${calls}`];
  const { status, stderr } = spawnSync('strace', [...strace, process.execPath, script, ...args], {
    encoding: 'utf8',
    // What Node does apart is done by one thread, so that it has an order.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
  return readTrace(readFileSync(log, 'latin1')).filter((op) => op.kind === 'say' || op.path.startsWith(folder));
}

const HEX = String.raw`(?:\\x[0-9a-f]{2})*`;
const fromHex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');

/** A call that another thread interrupts is one call, at the moment of its end; one that failed did nothing. */
function readTrace(log: string): DiskOp[] {
  const begun = new Map<string, string>();
  const places = new Map<string, number>();
  return log.split('\n').flatMap((line) => {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const unfinished = rest.indexOf(' <unfinished ...>');
    if (unfinished >= 0) {
      begun.set(thread, rest.slice(0, unfinished));
      return [];
    }
    const whole = rest.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? '');
    const [, name = '', params = '', result = ''] = /^(\w+)\((.*)\)\s+= (\d+)/.exec(whole) ?? [];
    return toOps(name, params, Number(result), places);
  });
}

/** @param places where the next plain write of each descriptor goes */
function toOps(name: string, params: string, result: number, places: Map<string, number>): DiskOp[] {
  const [, descriptor = '', ofDescriptor = ''] = new RegExp(`^(\\d+)<(${HEX})>`).exec(params) ?? [];
  const path = fromHex(ofDescriptor).toString();
  const texts = [...params.matchAll(new RegExp(`"(${HEX})"`, 'g'))].map(([, text = '']) => fromHex(text));
  const [first = Buffer.alloc(0), second] = texts;
  switch (name) {
    case 'openat': {
      places.set(`${result}`, 0);
      const opened = first.toString();
      return [
        ...(params.includes('O_CREAT') ? [{ kind: 'create', path: opened } as const] : []),
        ...(params.includes('O_TRUNC') ? [{ kind: 'truncate', path: opened, size: 0 } as const] : []),
      ];
    }
    case 'write':
    case 'writev': {
      const bytes = Buffer.concat(texts).subarray(0, result);
      if (descriptor === '1') return [{ kind: 'say', text: bytes.toString() }];
      const at = places.get(descriptor) ?? 0;
      places.set(descriptor, at + result);
      return [{ kind: 'write', path, at, bytes }];
    }
    case 'pwrite64':
    case 'pwritev': {
      const at = Number(/, (\d+)$/.exec(params)?.[1]);
      return [{ kind: 'write', path, at, bytes: Buffer.concat(texts).subarray(0, result) }];
    }
    case 'fsync':
    case 'fdatasync':
      return [{ kind: 'sync', path }];
    case 'ftruncate':
      return [{ kind: 'truncate', path, size: Number(/, (\d+)$/.exec(params)?.[1]) }];
    case 'rename':
    case 'renameat2':
      return [{ kind: 'rename', path: first.toString(), to: (second ?? first).toString() }];
    case 'unlink':
    case 'unlinkat':
      return [{ kind: 'unlink', path: first.toString() }];
    case 'sendfile':
    case 'copy_file_range': {
      const files = [...params.matchAll(new RegExp(`(\\d+)<(${HEX})>`, 'g'))];
      const [source, target] = name === 'sendfile' ? files.toReversed() : files;
      const at = places.get(target?.[1] ?? '') ?? 0;
      places.set(target?.[1] ?? '', at + result);
      const [from, to] = [source, target].map((one) => fromHex(one?.[2] ?? '').toString());
      return [{ kind: 'copy', path: to ?? '', from: from ?? '', at, size: result }];
    }
    case '':
      return [];
    default:
      throw new Error(`${name} is not understood`);
  }
}
