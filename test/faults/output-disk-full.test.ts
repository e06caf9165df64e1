import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#test/store/fixture.ts';
import { record } from './record.ts';
import { sized } from './size.ts';
import { hasSmallDisks, onSmallDisk } from './small-disk.ts';

it('on a full disk an output says so, leaves no half line, table or picture, and delivers all once there is room', ({
  skip,
}) => {
  const place = temporaryFolder();
  if (!hasSmallDisks(place)) skip();
  const steps = sized(4, 40);
  const script = join(import.meta.dirname, 'output-on-full-disk.ts');
  const [command, ...rest] = [...onSmallDisk(place), process.execPath, script, place, `${steps}`];
  const answer = execFileSync(command, rest, { encoding: 'utf8', timeout: 120_000 });
  const { refused, wrong, lines } = JSON.parse(answer) as { refused: string[]; wrong: string[]; lines: number };
  expect({ wrong, kinds: [...new Set(refused)], lines }).toEqual({
    wrong: [],
    kinds: ['disk_full'],
    lines: 40 * steps,
  });
  expect(refused.length).toBeGreaterThan(steps);
  record({
    fault: '4 disk full at an output',
    ...{ inputs: 4 * steps, survived: 4 * steps, lost: 0, figures: { refused: refused.length } },
  });
}, 150_000);
