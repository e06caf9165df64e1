import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/*
 * Certificates for tests, as a plant's own authority makes them: X.509 v3 (RFC 5280) with keys on P-256, written by hand so that tests need
 * neither a package nor OpenSSL's program.
 */

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length =
    body.length < 128
      ? Buffer.from([body.length])
      : body.length < 256
        ? Buffer.from([0x81, body.length])
        : Buffer.from([0x82, body.length >> 8, body.length & 255]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
};
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const octets = (body: Buffer): Buffer => der(0x04, body);
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const named = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const time = (at: Date): Buffer => der(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`));
const pem = (kind: string, body: Buffer): string =>
  `-----BEGIN ${kind}-----\n${body.toString('base64').replaceAll(/(.{64})/g, '$1\n')}\n-----END ${kind}-----\n`;

export interface Identity {
  readonly name: string;
  readonly key: KeyObject;
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly keyText: string;
}

const YEAR_MS = 365 * 86_400_000;

/** An authority that signs for itself. */
export const authority = (name: string): Identity => issue(name, null, {});

/** A certificate for a host (a name or an IPv4 address), by default from a year ago to in a year. */
export function issue(
  name: string,
  by: Identity | null,
  { host, from = Date.now() - YEAR_MS, to = Date.now() + YEAR_MS }: { host?: string; from?: number; to?: number },
): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const parts = host?.split('.').map(Number) ?? [];
  const isAddress = parts.length === 4 && parts.every(Number.isInteger);
  const constraints = sequence(
    oid('551d13'),
    der(0x01, Buffer.from([255])),
    octets(sequence(...(by ? [] : [der(0x01, Buffer.from([255]))]))),
  );
  const alternative =
    host === undefined
      ? []
      : [
          sequence(
            oid('551d11'),
            octets(sequence(isAddress ? der(0x87, Buffer.from(parts)) : der(0x82, Buffer.from(host)))),
          ),
        ];
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    named(by?.name ?? name),
    sequence(time(new Date(from)), time(new Date(to))),
    named(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(constraints, ...alternative)),
  );
  const signature = sign('sha256', body, by?.key ?? privateKey);
  const certificate = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return {
    name,
    key: privateKey,
    certificate: pem('CERTIFICATE', certificate),
    keyText: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
