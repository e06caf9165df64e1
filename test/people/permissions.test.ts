import { describe, expect, it } from 'vitest';
import { accesses, accessOf, isAllowed, permissions } from '#core/contract/permissions.ts';
import type { roles } from '#core/contract/people.ts';
import { uiContract } from '#core/contract/ui.ts';

const calls = Object.entries(uiContract).flatMap(([group, of]) =>
  Object.keys(of).map((call) => [group, call] as const),
);
/** What a role may do, of all calls. */
const mayDo = (role: (typeof roles)[number]) =>
  calls.filter((path) => isAllowed(accessOf(path) ?? 'admin', role)).map((path) => path.join('.'));

describe('the table of permissions', () => {
  it('names every call of the contract, and none that is not there', () => {
    expect(calls.filter((path) => accessOf(path) === null).map((path) => path.join('.'))).toEqual([]);
    const named = Object.entries(permissions).flatMap(([group, of]) =>
      Object.keys(of).map((call) => `${group}.${call}`),
    );
    expect(named.toSorted()).toEqual(calls.map((path) => path.join('.')).toSorted());
  });

  it('answers nothing but the door before anybody has signed in', () => {
    const door = calls.filter((path) => accessOf(path) === 'door').map((path) => path.join('.'));
    expect(door).toEqual(['people.door', 'people.begin', 'people.signIn', 'people.speak']);
    expect(accesses.door).toEqual([]);
  });

  it('knows no call by a strange path', () => {
    for (const path of [[], ['app'], ['app', 'watch', 'x'], ['__proto__', 'x'], ['app', 'constructor'], ['people', '']])
      expect(accessOf(path)).toBeNull();
  });

  it('lets the administrator do all, and the supervisor all but people, deleting and restoring', () => {
    expect(mayDo('administrator')).toHaveLength(calls.length);
    const beyond = mayDo('administrator').filter((call) => !mayDo('supervisor').includes(call));
    expect(beyond.toSorted()).toEqual(
      [
        ...['rights.setClearers', 'retention.setRule', 'retention.order'],
        'backups.restore',
        'backups.keep',
        ...['people.list', 'people.add', 'people.setRole', 'people.resetPin', 'people.setActive', 'people.setLock'],
      ].toSorted(),
    );
  });

  it('lets operators judge, and neither teach, set marks, costs nor cameras', () => {
    const may = mayDo('operator');
    for (const call of ['teach.label', 'review.decide', 'golden.check', 'finds.add', 'agreement.answer', 'figures.get'])
      expect(may).toContain(call);
    for (const call of ['teach.start', 'threshold.apply', 'roi.set', 'cameras.add', 'learn.start', 'history.list'])
      expect(may).not.toContain(call);
  });

  it('lets managers read all, report and agree the plan, and change nothing of the line', () => {
    const may = mayDo('manager');
    for (const call of ['report.export', 'plan.agree', 'history.export', 'threshold.data']) expect(may).toContain(call);
    for (const call of ['teach.label', 'review.decide', 'threshold.apply', 'roi.set', 'golden.check'])
      expect(may).not.toContain(call);
  });
});
