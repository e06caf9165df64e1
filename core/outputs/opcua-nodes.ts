import type { OPCUAServer } from 'node-opcua-server';
import { StatusCodes } from 'node-opcua-status-code';
import { foldersOf, valuesOf } from './opcua-values.ts';
import type { NodeFolder, NodeValue, ValueKind } from './opcua-values.ts';
import type { OutMessage } from '#core/contract/outputs.ts';

type AddressSpace = NonNullable<OPCUAServer['engine']['addressSpace']>;
type Namespace = ReturnType<AddressSpace['getOwnNamespace']>;
type Folder = ReturnType<Namespace['addFolder']>;

/** How many messages of a camera or an alarm a client that was away can ask for. */
const KEPT = 1000;
const counters = { ok: 'CountOk', hold: 'CountHold', ng: 'CountNg' } as const;
const empty = { String: null, Double: 0, UInt32: 0, Boolean: false, DateTime: new Date(0) } satisfies Record<
  ValueKind,
  NodeValue['value']
>;

/** Writes messages into the values of a server's address space, making the nodes that are not there yet. */
export function openNodes(addressSpace: AddressSpace): { readonly write: (message: OutMessage) => void } {
  const space = addressSpace.getOwnNamespace();
  const root = space.addFolder(addressSpace.rootFolder.objects, { browseName: 'Minarai', nodeId: 's=/' });
  const folders = new Map<string, Folder>();
  const variables = new Map<string, ReturnType<Namespace['addVariable']>>();
  const counted = new Map<string, number>();

  function folder(inside: Folder, { path, name }: NodeFolder): Folder {
    const made = folders.get(path) ?? space.addFolder(inside, { browseName: name, nodeId: `s=${path}` });
    folders.set(path, made);
    return made;
  }

  function variable(id: string, inside: Folder, name: string, kind: ValueKind): ReturnType<Namespace['addVariable']> {
    const known = variables.get(id);
    if (known) return known;
    const whole = name === 'Json';
    const access = whole ? 'CurrentRead | HistoryRead' : 'CurrentRead';
    const made = space.addVariable({
      organizedBy: inside,
      browseName: name,
      nodeId: `s=${id}`,
      dataType: kind,
      accessLevel: access,
      userAccessLevel: access,
      // Each value is told when it comes, not when somebody looks again.
      minimumSamplingInterval: 0,
    });
    if (whole) addressSpace.installHistoricalDataNode(made, { maxOnlineValues: KEPT });
    variables.set(id, made);
    return made;
  }

  function set(path: string, inside: Folder, { name, kind, value }: NodeValue): void {
    const none = value === null && kind !== 'String';
    variable(`${path}/${name}`, inside, name, kind).setValueFromSource(
      { dataType: kind, value: none ? empty[kind] : value },
      none ? StatusCodes.BadNoData : StatusCodes.Good,
    );
  }

  return {
    write: (message) => {
      const way = foldersOf(message);
      const path = way.at(-1)?.path ?? '';
      const inside = way.reduce(folder, root);
      if (message.type === 'verdict')
        for (const [verdict, name] of Object.entries(counters)) {
          const key = `${path}/${name}`;
          // A person's word stands in place of the model's verdict, which was counted.
          const more = verdict === message.verdict && message.by === 'model' ? 1 : 0;
          const value = (counted.get(key) ?? 0) + more;
          counted.set(key, value);
          set(path, inside, { name, kind: 'UInt32', value });
        }
      for (const value of valuesOf(message)) set(path, inside, value);
    },
  };
}
