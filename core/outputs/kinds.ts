import type { OutputKind, OutputTarget, SettingsOf } from '#core/contract/output-kinds.ts';
import type { OutMessage, VerdictMessage } from '#core/contract/outputs.ts';
import { openCsv, previewCsv } from './csv.ts';
import { openFolder, previewFolder } from './folder.ts';
import { openMqtt } from './mqtt.ts';
import { previewMqtt } from './mqtt-messages.ts';
import { openOpcUa } from './opcua.ts';
import { previewOpcUa } from './opcua-values.ts';
import type { Sender } from './sender.ts';
import { openWebhook, previewWebhook } from './webhook.ts';

/** What senders are lent by the core. */
export interface SenderTools {
  readonly dataDir: string;
  /** The production day of a moment, `yyyy-MM-dd`. */
  readonly day: (atMs: number) => string;
  /** A picture as it may leave, with its ending (`.webp`); null where it is not there any more. */
  readonly picture: (
    of: VerdictMessage['picture'],
    originals: boolean,
  ) => Promise<{ readonly bytes: Uint8Array; readonly ending: string } | null>;
}

type Secrets = Readonly<Record<string, string>>;

interface KindOfSender<Kind extends OutputKind> {
  /** Messages handed over at once. */
  readonly batch: number;
  readonly open: (settings: SettingsOf<Kind>, secrets: Secrets, tools: SenderTools) => Sender;
  /** What a receiver gets, to the letter, for people to look at. */
  readonly preview: (settings: SettingsOf<Kind>, messages: readonly OutMessage[]) => string;
}

const kinds: { readonly [Kind in OutputKind]: KindOfSender<Kind> } = {
  folder: { batch: 100, open: openFolder, preview: previewFolder },
  csv: { batch: 500, open: openCsv, preview: previewCsv },
  webhook: { batch: 50, open: (settings, secrets) => openWebhook(settings, secrets), preview: previewWebhook },
  mqtt: { batch: 50, open: (settings, secrets) => openMqtt(settings, secrets), preview: previewMqtt },
  opcua: {
    batch: 200,
    open: (settings, secrets, { dataDir }) => openOpcUa(settings, secrets, dataDir),
    preview: previewOpcUa,
  },
};

// The kind and its settings were parsed together, which the types of a table cannot say.
const kindOf = (target: OutputTarget): KindOfSender<OutputKind> => kinds[target.kind] as KindOfSender<OutputKind>;

export const openSender = (target: OutputTarget, secrets: Secrets, tools: SenderTools): Sender =>
  kindOf(target).open(target.settings, secrets, tools);

export const previewOf = (target: OutputTarget, messages: readonly OutMessage[]): string =>
  kindOf(target).preview(target.settings, messages);

export const batchOf = ({ kind }: OutputTarget): number => kinds[kind].batch;
