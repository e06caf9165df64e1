import type { IClientPublishOptions } from 'mqtt';
import type { MqttSettings } from '#core/contract/outputs-field.ts';
import type { OutMessage } from '#core/contract/outputs.ts';
import { topicOf } from '#core/domain/mqtt-topic.ts';

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly options: IClientPublishOptions & { readonly qos: 1 | 2; readonly retain: boolean };
}

/** A message that a person sent to see whether it arrives (`alarm: test`). */
export const isTrial = (message: OutMessage): boolean => message.type === 'alarm' && message.alarm === 'test';

/**
 * What is published of a message. A verdict is never kept by the broker on its own topic: who connects again would act on it a second time.
 * It is on the topic that says it is the last one. An alarm is a state and is kept where each alarm has a topic of its own.
 */
export function publicationsOf(settings: MqttSettings, message: OutMessage): readonly Publication[] {
  const { topics } = settings;
  const payload = JSON.stringify(message);
  const of = (pattern: string, retain: boolean, fields: Readonly<Record<string, string>> = {}): Publication => ({
    topic: topicOf(pattern, { line: message.line, camera: message.camera, ...fields }),
    payload,
    options: { qos: settings.qos, retain, ...(settings.version === '5' && { properties: propertiesOf(message) }) },
  });
  if (message.type === 'alarm') {
    const own = topics.alarm.includes('{alarm}') && !isTrial(message);
    return [of(topics.alarm, own, { alarm: message.alarm, state: message.state })];
  }
  const verdict = of(topics.verdict, false, { verdict: message.verdict, by: message.by });
  return topics.last === '' ? [verdict] : [verdict, of(topics.last, true)];
}

/** Topics with what is published on them, for people to look at. */
export const previewMqtt = (settings: MqttSettings, messages: readonly OutMessage[]): string =>
  messages
    .flatMap((message) => publicationsOf(settings, message))
    .map(({ topic, payload, options }) => `${topic}${options.retain ? ' (retain)' : ''}\n${payload}`)
    .join('\n\n');

/** By which a receiver of MQTT 5 knows a message without reading it: what it has had, it may leave out. */
const propertiesOf = (message: OutMessage): NonNullable<IClientPublishOptions['properties']> => ({
  contentType: 'application/json',
  payloadFormatIndicator: true,
  userProperties: { id: message.id, sequence: String(message.sequence), type: message.type },
});

/**
 * Whether we are connected, kept by the broker; undefined where nobody wants to know.
 *
 * @param at null: in the last will, which does not know when it will be published
 */
export function statusOf(
  settings: MqttSettings,
  line: string,
  state: 'online' | 'offline',
  at: string | null,
): Publication | undefined {
  if (settings.topics.status === '') return undefined;
  const payload = JSON.stringify({ version: 1, type: 'status', line, state, at });
  return { topic: topicOf(settings.topics.status, { line }), payload, options: { qos: settings.qos, retain: true } };
}
