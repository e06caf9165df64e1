import type * as E from 'electron';
import { seen } from './seen.ts';

/** One answer a scheme, as in Electron: a second one throws. */
const handlers = new Map<string, (request: Request) => Response | Promise<Response>>();
export const protocol: Pick<E.Protocol, 'registerSchemesAsPrivileged' | 'handle'> = {
  registerSchemesAsPrivileged: (schemes) => void seen.schemes.push(...structuredClone(schemes)),
  handle(scheme, handler) {
    if (handlers.has(scheme)) throw new Error(`Protocol ${scheme} is already handled`);
    handlers.set(scheme, handler);
  },
};

/** What a page gets for an address. Requests the session blocks fail as in Electron. */
export async function fetchAs(url: string, method = 'GET'): Promise<Response> {
  const cancelled = await new Promise<boolean>((resolve) => {
    if (seen.beforeRequest) seen.beforeRequest({ url }, ({ cancel }) => resolve(cancel === true));
    else resolve(false);
  });
  const handler = handlers.get(url.split(':', 1)[0] ?? '');
  if (cancelled || !handler) throw new Error('net::ERR_BLOCKED_BY_CLIENT');
  return handler({ url, method } as Request);
}

type Listener = NonNullable<typeof seen.beforeRequest>;
type OwnSession = Pick<
  E.Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setSpellCheckerEnabled'
  | 'flushStorageData'
> & { webRequest: { onBeforeRequest(listener: Listener): void } };

const defaultSession: OwnSession = {
  setPermissionRequestHandler: (handler) => void (seen.permission.request = handler),
  setPermissionCheckHandler: (handler) => void (seen.permission.check = handler),
  setDevicePermissionHandler: (handler) => void (seen.permission.device = handler),
  setSpellCheckerEnabled: (enabled) => void (seen.spellChecker = enabled),
  flushStorageData: () => void seen.flushed++,
  webRequest: { onBeforeRequest: (listener) => void (seen.beforeRequest = listener) },
};

/** Sessions beside the window's: what each lets through. */
const partitions = new Map<string, { allows(url: string): boolean; permits: boolean }>();
export const session = {
  defaultSession,
  fromPartition: (name: string) => {
    const state = partitions.get(name) ?? { allows: () => true, permits: true };
    partitions.set(name, state);
    return {
      setPermissionRequestHandler: () => void (state.permits = false),
      setPermissionCheckHandler: () => void (state.permits = false),
      webRequest: {
        onBeforeRequest(listener: Listener): void {
          state.allows = (url) => {
            let cancelled = false;
            listener({ url }, ({ cancel }) => void (cancelled = cancel === true));
            return !cancelled;
          };
        },
      },
    };
  },
};

/** Whether a page of another session may fetch an address; without rules all may. */
export const partitionAllows = (name: string, url: string): boolean => partitions.get(name)?.allows(url) ?? true;

export const forgetHandlers = (): void => handlers.clear();
