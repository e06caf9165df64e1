import { expect, it } from 'vitest';
import { checkAreas, ignoresParts } from '#core/jobs/export-card.ts';
import { addArea } from '#core/store/inspection-areas.ts';
import { camera, temporaryStore } from '../store/fixture.ts';

it('what is not inspected leaves with a model, an area that goes with the part keeps it here', () => {
  const { read, write } = temporaryStore();
  const cameraId = camera(write);
  const say = (area: Parameters<typeof addArea>[1]['area']) =>
    addArea(write, { cameraId, area, reason: 'because', who: 'w', atMs: 5 });
  expect(ignoresParts(read)).toBe(false);
  const region = { x: 0.1, y: 0.1, width: 0.5, height: 0.5 };
  say({ region, ignore: [{ kind: 'stroke', points: [[0.2, 0.3]], width: 0.1 }] });
  expect(ignoresParts(read)).toBe(true);
  checkAreas(read);
  say({ region, ignore: [], follow: { box: region } });
  expect(ignoresParts(read)).toBe(false);
  expect(() => checkAreas(read)).toThrow(
    expect.objectContaining({ code: 'export_area', params: { camera: 'camera' } }) as Error,
  );
});
