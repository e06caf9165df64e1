import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/*
 * A broker of MQTT 3.1.1 or 5 that answers as a test wants it to: late, with a refusal, or not at all. Its own few lines of the protocol
 * (OASIS MQTT 5.0, 2 and 3), so that the sender is not held to the codec that it uses itself.
 */

export interface Packet {
  readonly type: 'connect' | 'publish' | 'pubrel' | 'disconnect' | 'pingreq';
  readonly version: 4 | 5;
  readonly messageId: number;
  /** Of a publication or of the last will. */
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  readonly qos: number;
  readonly clean: boolean;
  readonly clientId: string;
  readonly username: string;
  /** Of MQTT 5: `contentType`, `payloadFormat` and the user's own. */
  readonly properties: Readonly<Record<string, string>>;
  /** Which connection it came by, from 1. */
  readonly connection: number;
}

const names = { 1: 'connect', 3: 'publish', 6: 'pubrel', 12: 'pingreq', 14: 'disconnect' } as const;

/** Reads one packet's fields after another. */
class Reader {
  at = 0;
  private readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  byte = (): number => this.bytes.readUInt8(this.at++);
  two = (): number => this.bytes.readUInt16BE((this.at += 2) - 2);
  four = (): number => this.bytes.readUInt32BE((this.at += 4) - 4);
  data = (): Buffer => this.take(this.two());
  text = (): string => this.data().toString();
  take(length: number): Buffer {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  rest = (): Buffer => this.take(this.bytes.length - this.at);
  varint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
  properties(): Record<string, string> {
    const end = this.varint() + this.at;
    const found: Record<string, string> = {};
    while (this.at < end) {
      const id = this.byte();
      if (id === 0x01) found['payloadFormat'] = String(this.byte());
      else if (id === 0x03) found['contentType'] = this.text();
      else if (id === 0x26) found[this.text()] = this.text();
      else if (id === 0x11 || id === 0x27) found[`0x${id.toString(16)}`] = String(this.four());
      else if (id === 0x21 || id === 0x22) found[`0x${id.toString(16)}`] = String(this.two());
      else throw new Error(`property 0x${id.toString(16)}`);
    }
    return found;
  }
}

function read(first: number, body: Buffer, version: 4 | 5, connection: number): Packet {
  const type = names[(first >> 4) as keyof typeof names];
  const reader = new Reader(body);
  const none = { messageId: 0, topic: '', payload: '', retain: false, qos: 0, clean: true, clientId: '', username: '' };
  const packet = { ...none, type, version, connection, properties: {} };
  if (type === 'connect') {
    reader.text();
    const level = reader.byte() === 5 ? 5 : 4;
    const flags = reader.byte();
    reader.two();
    const properties = level === 5 ? reader.properties() : {};
    const clientId = reader.text();
    const will = (flags & 4) > 0;
    if (will && level === 5) reader.properties();
    const topic = will ? reader.text() : '';
    const payload = will ? reader.text() : '';
    const username = (flags & 128) > 0 ? reader.text() : '';
    const retain = (flags & 32) > 0;
    const qos = (flags >> 3) & 3;
    return {
      ...packet,
      version: level,
      clean: (flags & 2) > 0,
      clientId,
      topic,
      payload,
      username,
      retain,
      qos,
      properties,
    };
  }
  if (type === 'publish') {
    const topic = reader.text();
    const qos = (first >> 1) & 3;
    const messageId = qos > 0 ? reader.two() : 0;
    const properties = version === 5 ? reader.properties() : {};
    return { ...packet, topic, messageId, properties, qos, retain: (first & 1) > 0, payload: reader.rest().toString() };
  }
  return type === 'pubrel' ? { ...packet, messageId: reader.two() } : packet;
}

const two = (value: number): number[] => [value >> 8, value & 255];
/** CONNACK, with properties of MQTT 5 as they stand on the wire. */
export const connack = ({ version }: Packet, code = 0, properties: readonly number[] = []): Buffer =>
  Buffer.from(
    version === 5 ? [0x20, 3 + properties.length, 0, code, properties.length, ...properties] : [0x20, 2, 0, code],
  );
/** PUBACK, or with QoS 2 PUBREC; for a PUBREL, PUBCOMP. */
export const ack = ({ version, messageId, qos, type }: Packet, code = 0): Buffer => {
  const first = type === 'pubrel' ? 0x70 : qos === 2 ? 0x50 : 0x40;
  return Buffer.from(version === 5 ? [first, 4, ...two(messageId), code, 0] : [first, 2, ...two(messageId)]);
};
export const disconnect = (code: number): Buffer => Buffer.from([0xe0, 2, code, 0]);

/** What a well-behaved broker answers. */
export const polite = (packet: Packet): Buffer | undefined =>
  packet.type === 'connect'
    ? connack(packet)
    : packet.type === 'publish' || packet.type === 'pubrel'
      ? ack(packet)
      : undefined;

export interface ScriptedBroker {
  readonly port: number;
  readonly packets: Packet[];
  /** Publications, by their payload's `sequence`. */
  readonly sequences: () => readonly number[];
}

/** @param answer bytes to send back, 'drop' to end the connection, undefined: silence */
export async function scriptedBroker(answer: (packet: Packet) => Buffer | 'drop' | undefined): Promise<ScriptedBroker> {
  const packets: Packet[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let kept = Buffer.alloc(0);
    let version: 4 | 5 = 4;
    socket.on('data', (more) => {
      kept = Buffer.concat([kept, more]);
      for (;;) {
        if (kept.length < 2) return;
        const header = new Reader(kept.subarray(1, 5));
        const length = header.varint();
        const end = 1 + header.at + length;
        if (kept.length < end) return;
        const packet = read(kept.readUInt8(0), kept.subarray(1 + header.at, end), version, connection);
        kept = kept.subarray(end);
        version = packet.version;
        packets.push(packet);
        const said = answer(packet);
        if (said === 'drop') return void socket.resetAndDestroy();
        if (said) socket.write(said);
        if (packet.type === 'disconnect') socket.end();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const sequences = (): number[] =>
    packets
      .filter(({ type, payload }) => type === 'publish' && payload.includes('"sequence"'))
      .map(({ payload }) => (JSON.parse(payload) as { sequence: number }).sequence);
  return { port: address.port, packets, sequences };
}
