import type { AlarmMessage, OutMessage, VerdictMessage } from '#core/contract/outputs.ts';
import { topicOf } from '#core/domain/mqtt-topic.ts';

/*
 * What clients of OPC UA see below Objects: Minarai / line / camera / values of the last verdict, and Alarms below line or camera. Node ids are made
 * of the names, so that a client finds them again after a restart.
 */

export type ValueKind = 'String' | 'Double' | 'UInt32' | 'Boolean' | 'DateTime';
export interface NodeValue {
  readonly name: string;
  readonly kind: ValueKind;
  /** null: the message has none. */
  readonly value: string | number | boolean | Date | null;
}
export interface NodeFolder {
  /** Its node id; the ids of its values go on from it. */
  readonly path: string;
  readonly name: string;
}

type Fields<Message> = Readonly<Record<string, readonly [ValueKind, (message: Message) => NodeValue['value']]>>;

/** Verdicts as numbers, for controllers that compare no words. */
const codes = { ok: 0, hold: 1, ng: 2 } as const;
const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

const verdictFields: Fields<VerdictMessage> = {
  Verdict: ['String', ({ verdict }) => verdict],
  VerdictCode: ['UInt32', ({ verdict }) => codes[verdict]],
  By: ['String', ({ by }) => by],
  Score: ['Double', ({ score }) => score],
  ReviewMark: ['Double', ({ marks }) => marks?.review ?? null],
  RejectMark: ['Double', ({ marks }) => marks?.reject ?? null],
  Defect: ['String', ({ defect }) => defect],
  PictureId: ['UInt32', ({ picture }) => picture.id],
  PictureFile: ['String', ({ picture }) => picture.file],
  PictureSha256: ['String', ({ picture }) => picture.sha256],
  TakenAt: ['DateTime', ({ takenAt }) => date(takenAt)],
  Lot: ['String', ({ lot }) => lot],
  Serial: ['String', ({ serial }) => serial],
  Model: ['UInt32', ({ model }) => model],
  Threshold: ['UInt32', ({ threshold }) => threshold],
};

const alarmFields: Fields<AlarmMessage> = {
  Active: ['Boolean', ({ state }) => state === 'raised'],
  Words: ['String', ({ words }) => words],
};

/** Written last, so that who waits for the sequence finds the rest: of one message, since nothing comes in between. */
const commonFields: Fields<OutMessage> = {
  MessageId: ['String', ({ id }) => id],
  At: ['DateTime', ({ at }) => date(at)],
  Json: ['String', (message) => JSON.stringify(message)],
  Sequence: ['UInt32', ({ sequence }) => sequence],
};

const read = <Message>(fields: Fields<Message>, message: Message): NodeValue[] =>
  Object.entries(fields).map(([name, [kind, value]]) => ({ name, kind, value: value(message) }));

/** The values of a message, in the order in which they are written. */
export const valuesOf = (message: OutMessage): readonly NodeValue[] => [
  ...(message.type === 'verdict' ? read(verdictFields, message) : read(alarmFields, message)),
  ...read(commonFields, message),
];

/** The folders that lead to a message's values, from the line on; the last one holds them. */
export function foldersOf(message: OutMessage): readonly NodeFolder[] {
  const { line, camera } = message;
  const places = [{ path: topicOf('{line}', { line }), name: line }];
  if (camera !== null) places.push({ path: topicOf('{line}/{camera}', { line, camera }), name: camera });
  if (message.type === 'verdict') return places;
  // No name leaves a level empty, so none is in the way.
  const alarms = `${places.at(-1)?.path}//Alarms`;
  const own = { path: `${alarms}/${topicOf('{alarm}', { alarm: message.alarm })}`, name: message.alarm };
  return [...places, { path: alarms, name: 'Alarms' }, own];
}

/** Nodes with their values, for people to look at. */
export const previewOpcUa = (_settings: unknown, messages: readonly OutMessage[]): string =>
  messages
    .flatMap((message) =>
      valuesOf(message).map(
        ({ name, value }) => `ns=1;s=${foldersOf(message).at(-1)?.path}/${name} = ${JSON.stringify(value)}`,
      ),
    )
    .join('\n');
