import * as v from 'valibot';
import { MqttSettings, OpcUaSettings } from './outputs-field.ts';
import { CsvSettings, FolderSettings, WebhookSettings } from './outputs.ts';

/*
 * The kinds of output: settings and secrets of each. A further kind is one entry of each table here, one in core/outputs/kinds.ts
 * and one in renderer/pages/settings/outputs/forms.ts.
 */

/** `secrets`: what is typed once and never shown again. `address`: whoever gets them; with another one they must be typed anew. */
interface Kind<Settings> {
  readonly secrets: readonly string[];
  readonly address: (settings: Settings) => string;
}

const of = <Settings>(secrets: readonly string[], address: (settings: Settings) => string): Kind<Settings> => ({
  secrets,
  address,
});

export const outputKinds = {
  folder: of([], ({ folder }: FolderSettings) => folder),
  csv: of([], ({ folder }: CsvSettings) => folder),
  webhook: of(['key'], ({ url }: WebhookSettings) => new URL(url).origin),
  mqtt: of(
    ['password', 'passphrase'],
    ({ tls, host, port, caFile, serverName }: MqttSettings) =>
      `${tls ? 'mqtts' : 'mqtt'}://${host}:${port} ${caFile} ${serverName}`,
  ),
  // Who signs in at our own server types the password; nobody is sent it.
  opcua: of(['password'], () => 'own'),
};
export type OutputKind = keyof typeof outputKinds;

export const OutputTarget = v.variant('kind', [
  v.object({ kind: v.literal('folder'), settings: FolderSettings }),
  v.object({ kind: v.literal('csv'), settings: CsvSettings }),
  v.object({ kind: v.literal('webhook'), settings: WebhookSettings }),
  v.object({ kind: v.literal('mqtt'), settings: MqttSettings }),
  v.object({ kind: v.literal('opcua'), settings: OpcUaSettings }),
]);
/** Where an output goes and in which form. */
export type OutputTarget = v.InferOutput<typeof OutputTarget>;
export type SettingsOf<Kind extends OutputKind> = Extract<OutputTarget, { kind: Kind }>['settings'];

/** What its secrets are for. */
export const addressOf = ({ kind, settings }: OutputTarget): string =>
  // The variant has parsed both together.
  (outputKinds[kind].address as (settings: OutputTarget['settings']) => string)(settings);
