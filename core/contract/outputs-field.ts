import * as v from 'valibot';
import { topicTrouble } from '../domain/mqtt-topic.ts';
import type { TopicKind } from '../domain/mqtt-topic.ts';

/*
 * Settings of the outputs that speak a protocol of the field: MQTT, where a broker hands messages on, and OPC UA, where the plant looks
 * into a server of ours. What is secret is in none of them.
 */

const line = (most: number) => v.pipe(v.string(), v.trim(), v.maxLength(most), v.regex(/^[^\p{Cc}]*$/u));
/** A file of this computer; empty: none. */
const file = line(4096);
/** A name or an address, without a port and without `mqtt://`. */
const host = v.pipe(line(255), v.minLength(1), v.regex(/^[^\s/@[\]]+$/));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const topic = (kind: TopicKind) =>
  v.pipe(
    v.string(),
    v.check((pattern) => topicTrouble(kind, pattern) === null, 'a topic without + and #, with known fields'),
  );
/** Empty: such messages are not sent. */
const optionalTopic = (kind: TopicKind) => v.union([v.literal(''), topic(kind)]);

export const MqttSettings = v.object({
  host,
  port,
  version: v.picklist(['3.1.1', '5']),
  tls: v.boolean(),
  /** The plant's own certificate authority, PEM; empty: those that Node knows. */
  caFile: file,
  /** The name in the broker's certificate, where it is reached by another one; empty: `host`. */
  serverName: v.union([v.literal(''), host]),
  /** Our own certificate and its key, PEM; empty: the broker asks for none. */
  certFile: file,
  keyFile: file,
  /** Empty: no name and no password. */
  username: line(200),
  /** The same for ever: a broker ends the former connection of a client that comes twice. */
  clientId: v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{1,64}$/)),
  qos: v.picklist([1, 2]),
  topics: v.object({
    verdict: topic('verdict'),
    /** The last verdict of each camera, kept by the broker for who comes later. */
    last: optionalTopic('last'),
    alarm: topic('alarm'),
    /** Whether we are connected, kept by the broker, which writes `offline` itself when the connection breaks. */
    status: optionalTopic('status'),
  }),
  /** For the connection, and for the acknowledgement of each message. */
  timeLimitSeconds: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(120)),
});
export type MqttSettings = v.InferOutput<typeof MqttSettings>;

export const OpcUaSettings = v.object({
  /** Of this computer, where clients are listened for: 127.0.0.1 lets in this computer's only, 0.0.0.0 all that reach it. */
  address: v.pipe(v.string(), v.trim(), v.ip()),
  port,
  /** Told apart from other lines by it: part of the address and of the certificate. */
  serverName: v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{1,64}$/)),
  /** Who reads signs in by this name and the password. */
  username: line(200),
  /** The person knows that anybody who reaches the port may read, without a password and without encryption. */
  open: v.boolean(),
  /** Certificates of the clients that may connect, PEM, several in one file; empty: any that knows the password. */
  clientsFile: file,
});
export type OpcUaSettings = v.InferOutput<typeof OpcUaSettings>;
