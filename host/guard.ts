import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/*
 * Who may talk to the host. Other programs and every web page open in the same browser can reach 127.0.0.1, too, and a page
 * can make its own name resolve to 127.0.0.1 (DNS rebinding). Hence all three: the exact Host, the exact Origin, and a secret.
 */

/** What the guard looks at, of an HTTP request and of a WebSocket's opening alike. */
export interface Visit {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** Sec-Fetch-Site; absent from programs that are no browsers. */
  readonly fetchSite: string | undefined;
  readonly upgrade: boolean;
  readonly cookie: string | undefined;
  /** `?token=` of the start address. */
  readonly startToken: string | undefined;
}

/** `enter`: a right start token, to be turned into the cookie. */
export type Admission = 'pass' | 'enter' | 'misdirected' | 'cross_origin' | 'unauthorized';

export const statusOf = { misdirected: 421, cross_origin: 403, unauthorized: 401 } as const;

export interface Guard {
  /** @param authority the only right Host, `127.0.0.1:PORT` */
  admit(visit: Visit, authority: string): Admission;
  /** The value of the cookie; dies with this process. */
  readonly cookie: string;
  /** For the printed start address: good as long as this process. */
  readonly token: string;
  /** For the browser that the host opens itself, where other users of the computer could read the command line: good once. */
  issueTicket(): string;
}

const secret = (): string => randomBytes(32).toString('base64url');

/** Compares digests, so that neither length nor content shows in the time it takes. */
function same(given: string | undefined, wanted: string): boolean {
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

export function createGuard(): Guard {
  const cookie = secret();
  const token = secret();
  const tickets = new Set<string>();

  const redeem = (given: string): boolean => {
    if (same(given, token)) return true;
    for (const ticket of tickets) if (same(given, ticket)) return tickets.delete(ticket);
    return false;
  };

  return {
    cookie,
    token,
    issueTicket() {
      const ticket = secret();
      tickets.add(ticket);
      return ticket;
    },
    admit(visit, authority) {
      if (visit.host !== authority) return 'misdirected';
      const readsOnly = (visit.method === 'GET' || visit.method === 'HEAD') && !visit.upgrade;
      if (visit.origin === undefined ? !readsOnly : visit.origin !== `http://${authority}`) return 'cross_origin';
      if (visit.startToken !== undefined) {
        // A link in some other page may lead here, but only as a plain visit: no scripts, no sockets.
        if (!readsOnly || visit.origin !== undefined) return 'cross_origin';
        return redeem(visit.startToken) ? 'enter' : 'unauthorized';
      }
      if (visit.fetchSite !== undefined && visit.fetchSite !== 'same-origin' && visit.fetchSite !== 'none') {
        return 'cross_origin';
      }
      return same(visit.cookie, cookie) ? 'pass' : 'unauthorized';
    },
  };
}
