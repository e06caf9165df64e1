import type { OPCUAServer } from 'node-opcua-server';
import { StatusCodes } from 'node-opcua-status-code';
import type { AlarmMessage, OutMessage, VerdictMessage } from '#core/contract/outputs.ts';
import { topicOf } from '#core/domain/mqtt-topic.ts';

type AddressSpace = NonNullable<OPCUAServer['engine']['addressSpace']>;
type Namespace = ReturnType<AddressSpace['getOwnNamespace']>;
type Folder = ReturnType<Namespace['addFolder']>;
type Kind = 'String' | 'Double' | 'UInt32' | 'Boolean' | 'DateTime';
type Value = string | number | boolean | Date | null;

/** Verdicts as numbers, for controllers that compare no words. */
const codes = { ok: 0, hold: 1, ng: 2 } as const;
/** How many messages of a camera a client that was away can ask for. */
const KEPT = 1000;

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

const verdictFields = {
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
} satisfies Record<string, readonly [Kind, (message: VerdictMessage) => Value]>;

const alarmFields = {
  Active: ['Boolean', ({ state }) => state === 'raised'],
  Words: ['String', ({ words }) => words],
} satisfies Record<string, readonly [Kind, (message: AlarmMessage) => Value]>;

/** Written last, so that who waits for it finds the rest: of one message, since nothing comes in between. */
const commonFields = {
  MessageId: ['String', ({ id }) => id],
  At: ['DateTime', ({ at }) => date(at)],
  Json: ['String', (message) => JSON.stringify(message)],
  Sequence: ['UInt32', ({ sequence }) => sequence],
} satisfies Record<string, readonly [Kind, (message: OutMessage) => Value]>;

const counters = { ok: 'CountOk', hold: 'CountHold', ng: 'CountNg' } as const;

const empty: Readonly<Record<Kind, Value>> = {
  String: null,
  Double: 0,
  UInt32: 0,
  Boolean: false,
  DateTime: new Date(0),
};

/**
 * What clients see below Objects: Minarai / line / camera / values of the last verdict, and Minarai / line / Alarms. Node ids are made of the names, so that
 * a client finds them again after a restart.
 */
export function openNodes(addressSpace: AddressSpace): { readonly write: (message: OutMessage) => void } {
  const space = addressSpace.getOwnNamespace();
  const root = space.addFolder(addressSpace.rootFolder.objects, { browseName: 'Minarai', nodeId: 's=/' });
  const folders = new Map<string, Folder>([['', root]]);
  const variables = new Map<string, ReturnType<Namespace['addVariable']>>();

  function folder(path: string, name: string, inside: Folder): Folder {
    const known = folders.get(path);
    if (known) return known;
    const made = space.addFolder(inside, { browseName: name, nodeId: `s=${path}` });
    folders.set(path, made);
    return made;
  }

  function set(path: string, inside: Folder, name: string, kind: Kind, value: Value): void {
    const id = `${path}/${name}`;
    let variable = variables.get(id);
    if (!variable) {
      variable = space.addVariable({
        organizedBy: inside,
        browseName: name,
        nodeId: `s=${id}`,
        dataType: kind,
        accessLevel: name === 'Json' ? 'CurrentRead | HistoryRead' : 'CurrentRead',
        userAccessLevel: name === 'Json' ? 'CurrentRead | HistoryRead' : 'CurrentRead',
        // Told at once, each value, not when it is next looked at.
        minimumSamplingInterval: 0,
      });
      if (name === 'Json') addressSpace.installHistoricalDataNode(variable, { maxOnlineValues: KEPT });
      variables.set(id, variable);
    }
    const nothing = value === null && kind !== 'String';
    variable.setValueFromSource(
      { dataType: kind, value: nothing ? empty[kind] : value },
      nothing ? StatusCodes.BadNoData : StatusCodes.Good,
    );
  }

  const counted = new Map<string, number>();
  function count(path: string, inside: Folder, { verdict, by }: VerdictMessage): void {
    for (const [of, name] of Object.entries(counters)) {
      const key = `${path}/${name}`;
      // A person's word stands in place of the model's verdict, which was counted.
      const next = (counted.get(key) ?? 0) + (of === verdict && by === 'model' ? 1 : 0);
      counted.set(key, next);
      set(path, inside, name, 'UInt32', next);
    }
  }

  const writeAll = <Message extends OutMessage>(
    fields: Readonly<Record<string, readonly [Kind, (message: Message) => Value]>>,
    path: string,
    inside: Folder,
    message: Message,
  ): void => {
    for (const [name, [kind, value]] of Object.entries(fields)) set(path, inside, name, kind, value(message));
  };

  return {
    write: (message) => {
      const { line, camera } = message;
      const linePath = topicOf('{line}', { line });
      const cameraPath = topicOf('{line}/{camera}', { line, camera });
      const lineFolder = folder(linePath, line, root);
      const whole = camera === null ? lineFolder : folder(cameraPath, camera, lineFolder);
      if (message.type === 'verdict') {
        count(cameraPath, whole, message);
        writeAll(verdictFields, cameraPath, whole, message);
        writeAll(commonFields, cameraPath, whole, message);
        return;
      }
      const alarmsPath = `${camera === null ? linePath : cameraPath}//Alarms`;
      const path = `${alarmsPath}/${topicOf('{alarm}', { alarm: message.alarm })}`;
      const own = folder(path, message.alarm, folder(alarmsPath, 'Alarms', whole));
      writeAll(alarmFields, path, own, message);
      writeAll(commonFields, path, own, message);
    },
  };
}
