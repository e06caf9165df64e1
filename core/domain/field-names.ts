export const textFields = ['lot', 'serial', 'line', 'camera', 'shift'] as const;
export type TextField = (typeof textFields)[number];
export const clockFields = ['date', 'time', 'datetime'] as const;
export type ClockField = (typeof clockFields)[number];
export type NamedField = TextField | ClockField | 'file';

/** What people and machines call the fields: in a pattern, and at the head of a side-car's column. */
const called: Readonly<Record<NamedField, string>> = {
  lot: 'lot lotno lotnumber batch ロット ロット番号 ロットno',
  serial: 'serial serialno serialnumber sn 製番 製造番号 シリアル シリアル番号 シリアルno',
  line: 'line ライン',
  camera: 'camera cam カメラ',
  shift: 'shift 直 シフト',
  date: 'date 日付 年月日',
  time: 'time 時刻 時間',
  datetime: 'datetime timestamp takenat 日時 撮影日時',
  file: 'file path filename image ファイル ファイル名 画像',
};

const fieldOf: ReadonlyMap<string, NamedField> = new Map(
  (Object.entries(called) as [NamedField, string][]).flatMap(([field, words]) =>
    words.split(' ').map((word) => [word, field] as const),
  ),
);

/** The field that a word means, whatever its case, width and separators ("Lot No.", "ﾛｯﾄ番号"); null for any other word. */
export function fieldNamed(word: string): NamedField | null {
  return (
    fieldOf.get(
      word
        .normalize('NFKC')
        .toLowerCase()
        .replace(/[\s._-]/g, ''),
    ) ?? null
  );
}
