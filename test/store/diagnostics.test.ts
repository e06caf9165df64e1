import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeDiagnostics } from '#core/diagnostics.ts';
import { addAudit } from '#core/store/audit.ts';
import { addOutput, noteFailure } from '#core/store/outputs.ts';
import { addPerson } from '#core/store/people.ts';
import { camera, classes, pictures, temporaryFolder, temporaryStore } from './fixture.ts';

it('tells a supporter what happened, and nothing of people, places, parts and secrets', async () => {
  const store = temporaryStore();
  const dataDir = temporaryFolder();
  classes(store.write);
  pictures(store.write, camera(store.write, '/mnt/line7/camera3'), 12);
  addPerson(store.write, { name: '佐藤 花子', role: 'operator', pinHash: 'x', atMs: 1 });
  addAudit(store.write, {
    who: 'Kato Jiro',
    what: 'models.use',
    params: { reason: 'lot LOT-4711 was wrong' },
    atMs: 1,
  });
  const output = addOutput(
    store.write,
    { name: 'MES of hall 4', about: ['verdict'], rate: 20, keepDays: 14 },
    { kind: 'folder', settings: { folder: '/mnt/hall4/mes', as: 'lines', originals: false } },
    1,
  );
  const said = `HTTP 500: ${homedir()}/mes said no to MES of hall 4`;
  noteFailure(store.write, output.id, { reason: 'busy', detail: said }, 7);
  mkdirSync(join(dataDir, 'logs'));
  const token = 'Zx9'.repeat(14);
  const lines = [
    {
      level: 'error',
      event: 'job_failed',
      kind: 'teach',
      code: 'image_broken',
      path: '/mnt/line7/camera3/LOT-4711_12.png',
    },
    { level: 'warn', event: 'visitor_refused', url: `http://127.0.0.1:1/?token=${token}`, admission: 'unauthorized' },
    {
      level: 'error',
      event: 'host_failed',
      error: { name: 'Error', message: `by Kato Jiro in ${homedir()}/x/y.png ${token}` },
    },
  ];
  appendFileSync(
    join(dataDir, 'logs', 'minarai.ndjson'),
    `${lines.map((line) => JSON.stringify(line)).join('\n')}\nno json\n`,
  );
  const core = { store, dataDir, now: () => 1_700_000_000_000, engineState: () => ({ facts: null, error: null }) };
  const file = await writeDiagnostics(core, {
    ...{ version: '1', shell: 'browser' },
    inspectMachine: async () => [{ what: 'data', status: 'ok', value: join(homedir(), 'data', 'x'), hint: null }],
  });
  const text = readFileSync(join(dataDir, 'exports', file), 'utf8');
  const content = JSON.parse(text) as {
    database: { rows: Record<string, number> };
    log: { event: string }[];
    outputs: unknown[];
  };
  expect(content.outputs).toMatchObject([
    { kind: 'folder', putThrough: 0, endedThrough: 0, outage: { sinceMs: 7, reason: 'busy', tries: 1 } },
  ]);
  expect(content.database.rows['image']).toBe(12);
  expect(content.log.map(({ event }) => event)).toEqual(['job_failed', 'visitor_refused', 'host_failed']);
  expect(content.log[0]).toMatchObject({ kind: 'teach', code: 'image_broken' });
  for (const secret of [
    'hall4',
    'hall 4',
    'LOT-4711',
    'camera3',
    'line7',
    '佐藤',
    'Kato',
    token,
    dataDir,
    hostname(),
    `${homedir()}/`,
    '.png',
  ])
    expect(text).not.toContain(secret);
});
