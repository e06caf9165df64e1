import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processFlags } from '#core/contract/process-flags.mjs';
import { temporaryFolder } from '#test/ingest/fixture.ts';
import { record } from './record.ts';
import { isFull, sized } from './size.ts';

/** A network of its own with nothing but the loopback, for a command and its children. */
const WITHOUT_NETWORK = ['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"'];

function can(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isolated = process.platform === 'linux' && can('unshare', [...WITHOUT_NETWORK, 'true']);
const traced = isolated && can('strace', ['-f', '--seccomp-bpf', '-e', 'trace=connect', 'true']);

interface Said {
  readonly port: number;
  readonly statuses: readonly number[];
  readonly files: readonly { readonly kind: string; readonly error: string | null }[];
  readonly trail: string;
  readonly listening: readonly string[];
  readonly datagrams: readonly string[];
  readonly stages: number;
}

/**
 * Chromium, which prints the report, asks the system at its start whether there is a way to this address. On a socket for
 * datagrams that is a look into the table of routes: nothing is sent.
 */
const ROUTE_LOOKUP = '2001:4860:4860::8888';

/** Calls of the trace that name an address of the internet other than this computer's own, and looks for a route. */
function beyondLoopback(trace: string): { beyond: string[]; lookups: number } {
  const lines = trace.split('\n');
  const away = lines.filter((line) => {
    const inet = /sin_addr=inet_addr\("([^"]+)"\)/.exec(line)?.[1];
    const inet6 = /inet_pton\(AF_INET6, "([^"]+)"/.exec(line)?.[1];
    return (inet !== undefined && !inet.startsWith('127.')) || (inet6 !== undefined && inet6 !== '::1');
  });
  const threadOf = (line: string): string => line.split(' ', 1)[0] ?? '';
  const streams = new Set(lines.filter((line) => /socket\(AF_INET6?, SOCK_STREAM/.test(line)).map(threadOf));
  const isLookup = (line: string): boolean =>
    line.includes(ROUTE_LOOKUP) && line.includes(' connect(') && !streams.has(threadOf(line));
  return { beyond: away.filter((line) => !isLookup(line)), lookups: away.filter(isLookup).length };
}

describe.skipIf(!isolated)('27: no network', () => {
  test('from the folder to the report without any network; only 127.0.0.1 listens, nothing goes beyond it', () => {
    const root = temporaryFolder();
    const traces = join(root, 'trace');
    mkdirSync(traces);
    const trace = join(traces, 'calls');
    const script = join(import.meta.dirname, 'offline-pilot.ts');
    const pictures = sized(4, 40);
    const run = [process.execPath, ...processFlags, script, root, String(pictures), isFull ? '0.2' : '0'];
    const watched = [
      'strace',
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-e',
      'trace=socket,connect,bind,sendto,sendmsg',
      '-o',
      trace,
    ];
    execFileSync('unshare', [...WITHOUT_NETWORK, ...(traced ? watched : []), ...run], {
      ...{ stdio: ['ignore', 'inherit', 'inherit'], timeout: isFull ? 900_000 : 100_000 },
    });
    const said = JSON.parse(readFileSync(join(root, 'said.json'), 'utf8')) as Said;
    const calls = existsSync(trace) ? readFileSync(trace, 'utf8') : '';
    const { beyond, lookups } = beyondLoopback(calls);
    record({
      fault: `27 no network${traced ? '' : ' (connects not traced)'}`,
      inputs: pictures,
      survived: beyond.length === 0 ? pictures : 0,
      lost: beyond.length,
      figures: {
        connects: calls.match(/connect\(/g)?.length ?? 0,
        beyondLoopback: beyond.length,
        routeLookupsOfChromium: lookups,
        listening: said.listening.length,
        filesOfThePilot: said.stages,
      },
    });
    expect(beyond).toEqual([]);
    if (traced) expect(calls).toContain('127.0.0.1');
    // 127.0.0.1 in the byte order of the kernel's table, and the port of the start address.
    const port = said.port.toString(16).toUpperCase().padStart(4, '0');
    expect(said.listening).toEqual([`0100007F:${port}`]);
    expect(said.datagrams).toEqual([]);
    expect(said.statuses).toEqual([200, 200]);
    for (const kind of ['html', 'xlsx', 'csv']) expect(said.files).toContainEqual({ kind, error: null });
    expect(said.trail).toMatch(/\.csv$/);
    if (isFull) expect(said.stages).toBe(4);
  }, 900_000);
});
