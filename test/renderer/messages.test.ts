import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '#core/contract/errors.ts';
import { objectives, teachModes } from '#core/contract/engine.ts';
import { trailEvents } from '#core/contract/history.ts';
import { folderQuestions, noticeCodes } from '#core/contract/watching.ts';
import { jobKinds, jobStates, verdicts, whys } from '#core/contract/views.ts';
import { qualityReasons } from '#core/domain/quality.ts';
import { roiInputUnits } from '#core/domain/roi.ts';
import en from '#messages/en.json' with { type: 'json' };
import ja from '#messages/ja.json' with { type: 'json' };
import { isMessageKey } from '#messages/translate.ts';
import { parametersOf } from '#test/message-parameters.ts';

const root = join(import.meta.dirname, '../..');

describe('words of the window', () => {
  it('exist in both languages, want the same parameters and are never empty', () => {
    expect(Object.keys(ja)).toEqual(Object.keys(en));
    for (const [key, message] of Object.entries(en)) {
      const other = ja[key as keyof typeof ja];
      expect(parametersOf(other, 'ja'), key).toEqual(parametersOf(message, 'en'));
      expect(message.trim() === '' || other.trim() === '', key).toBe(false);
    }
  });

  it('never say 偽陽性 or 偽陰性', () => {
    expect(JSON.stringify(ja)).not.toMatch(/偽陽性|偽陰性/);
  });

  it('are all used', () => {
    const source = ['renderer', 'core', 'host', 'electron', 'native']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => /\.(ts|mjs|svelte)$/.test(file))
          .map((file) => readFileSync(join(root, folder, file), 'utf8')),
      )
      .join('\n');
    const literals = new Set([...source.matchAll(/['"]([a-zA-Z]+(?:\.[\w-]+)+)['"]/g)].map(([, key]) => key));
    const groups = [...source.matchAll(/term\(\s*'([\w.]+)'/g)].map(([, group]) => new RegExp(`^${group}\\.`));
    const templates = [...source.matchAll(/`((?:[a-zA-Z]+\.)+\$\{[^`]*)`/g)].map(
      ([, template]) =>
        new RegExp(`^${(template ?? '').replaceAll('.', '\\.').replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '[\\w.-]+')}$`),
    );
    const used = (key: string) => literals.has(key) || [...groups, ...templates].some((pattern) => pattern.test(key));
    expect(Object.keys(en).filter((key) => !used(key))).toEqual([]);
  });

  it.each([
    ['error', errorCodes],
    ['job', jobKinds],
    ['jobstate', jobStates],
    ['verdict', verdicts],
    ['why', whys],
    ['quality', qualityReasons],
    ['objective', objectives],
    ['health', ['warming_up', 'learning', 'plateau', 'collapsed']],
    ['mode', teachModes],
    ['trail', trailEvents],
    ['camerastate', ['watching', 'scanning', 'paused', 'unreachable', 'asking']],
    ['watchnotice', noticeCodes],
    ['camera.accept', [...folderQuestions]],
    ['unit', Object.values(roiInputUnits)],
  ])('name every %s that data can bring', (group, values) => {
    expect(values.filter((value) => !isMessageKey(`${group}.${value}`))).toEqual([]);
  });

  it('hold no words for errors that no longer exist', () => {
    const codes = Object.keys(en).filter((key) => key.startsWith('error.'));
    expect(codes.filter((key) => !(errorCodes as readonly string[]).includes(key.slice('error.'.length)))).toEqual([]);
  });
});
