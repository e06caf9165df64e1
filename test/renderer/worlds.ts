import type { FixtureCore, FixtureStage } from './fixture-core.ts';

/** A line in a certain state, from which screens are opened one after the other. */
export interface World {
  readonly stage: FixtureStage;
  readonly prepare?: (core: FixtureCore) => void;
}

/** 80 characters without a place to break, as a machine names a file. */
export const longWord = 'Oberflaechenpruefung_Kamera_07_Station_Nord_Linie_2_Auftrag_4711_Seite_B_Rev0042';
/** 80 characters of Japanese. */
export const longJapanese =
  '第二工場北棟磁石タイル研磨工程最終外観検査ステーション裏面側第三照明斜光条件二十四時間連続運転用予備機兼校正用基準カメラ左側奥行方向補正済試験運用中二号機改造後仕様変更対応版';

/** Names, texts and figures as long as they may be. */
function lengthen(core: FixtureCore): void {
  const { state } = core;
  const [first, second] = [longWord.slice(0, 80), longJapanese.slice(0, 80)];
  core.change({
    lines: state.lines.map((line) => ({ ...line, name: second })),
    cameras: state.cameras.map((camera, at) => ({
      ...camera,
      name: at === 0 ? first : second,
      folder: `/mnt/${first}/${first}/${second}`,
      images: 1_234_567,
    })),
    classes: state.classes.map((one, at) => ({ ...one, name: at % 2 ? first : second })),
    counts: { ...state.counts, images: 1_234_567, toReview: 12_345, flagged: 123_456 },
  });
  core.pictures.fileName = (id) => `${first}_${id}.png`;
  core.people.become(second, 'administrator');
  core.drift.darken(first);
}

/** What people did with a line over some weeks. */
function work(core: FixtureCore): void {
  const labelled = (classId: number) =>
    Array.from({ length: 160 }, (_, at) => at + 1).filter((id) => core.image(id).classId === classId);
  const [crack = 1, other = 2] = labelled(4);
  core.book.add({ classId: 4, imageId: crack, role: 'limit_ng', note: 'ここから NG' });
  core.book.add({ classId: 4, imageId: other, role: 'typical', note: '' });
  core.book.add({ classId: 4, imageId: labelled(1)[0] ?? 3, role: 'limit_ok', note: 'ここまで OK' });
  const golden = core.checks.propose().pictures.filter(({ proposed }) => proposed);
  core.checks.fix(golden, 'はじめの見本');
  core.checks.nextScore = 0.93;
  core.checks.check();
  const find = { classId: 4, parts: 2, place: 'customer', foundAtMs: Date.UTC(2026, 10, 22, 3) } as const;
  core.finds.add({ ...find, imageId: 305, lot: 'L2611', serial: '004702', note: '組み付け時に発見' });
  core.finds.add({ ...find, imageId: null, lot: 'L2610', serial: '', note: '' });
  const round = core.agreement.begin({ personA: '佐藤', personB: '加藤', repeat: false, size: 20 });
  core.agreement.fill(round, 'a', (id) => (core.pictures.isDefect(id) ? 2 : 1));
  core.agreement.fill(round, 'b', (id, at) => (at % 6 === 0 ? 4 : core.pictures.isDefect(id) ? 2 : 1));
  core.agreement.begin({ personA: '佐藤', personB: '加藤', repeat: false, size: 20 });
  core.groups.start({ imageIds: Array.from({ length: 60 }, (_, at) => 200 + at), classId: 1 });
  core.models.freeze(120, '比べるため');
  core.roi.price();
  core.book.retire(5);
}

/** A folder that cannot be reached, one that waits for an answer, and no engine. */
function breakDown(core: FixtureCore): void {
  const { state } = core;
  core.change({
    engine: { state: 'failed', facts: null, error: { code: 'engine_gave_up', params: {} } },
    cameras: state.cameras.map((camera, at) => ({
      ...camera,
      ...(at === 0
        ? { state: 'unreachable', error: { code: 'folder_missing', params: { path: camera.folder } } }
        : {
            state: 'asking',
            error: { code: 'folder_mostly_gone', params: { path: camera.folder, missing: 612, of: 980 } },
          }),
    })),
    warnings: [...state.warnings, { code: 'disk_full', params: { path: '/data' } }],
  });
}

export type WorldName = 'full' | 'empty' | 'learning' | 'worked' | 'long' | 'broken';

export const worlds: Readonly<Record<WorldName, World>> = {
  full: { stage: 'full' },
  empty: { stage: 'empty' },
  learning: { stage: 'learning' },
  worked: { stage: 'full', prepare: work },
  long: { stage: 'full', prepare: lengthen },
  broken: { stage: 'full', prepare: breakDown },
};
