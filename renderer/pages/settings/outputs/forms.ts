import type { Component } from 'svelte';
import type { OutputKind, OutputTarget } from '#core/contract/output-kinds.ts';
import type { TypedSecrets } from '#core/contract/output-calls.ts';
import CsvForm from './CsvForm.svelte';
import FolderForm from './FolderForm.svelte';
import MqttForm from './MqttForm.svelte';
import OpcUaForm from './OpcUaForm.svelte';
import WebhookForm from './WebhookForm.svelte';

interface FormProps {
  settings: OutputTarget['settings'];
  secrets: TypedSecrets;
  disabled: boolean;
}

/** The form of each kind, and what a new output of it begins with. */
export const forms: {
  readonly [Kind in OutputKind]: {
    readonly form: Component<FormProps, object, 'settings' | 'secrets'>;
    readonly start: Extract<OutputTarget, { kind: Kind }>['settings'];
  };
} = {
  folder: { form: FolderForm as never, start: { folder: '', as: 'lines', originals: false } },
  csv: {
    form: CsvForm as never,
    start: {
      folder: '',
      columns: ['at', 'line', 'camera', 'lot', 'serial', 'file', 'verdict', 'by', 'defect', 'score', 'id'],
      delimiter: ',',
      encoding: 'utf-8-bom',
      header: true,
      files: 'day',
    },
  },
  webhook: {
    form: WebhookForm as never,
    start: { url: 'https://', plain: false, batch: false, timeLimitSeconds: 10, caFile: '' },
  },
  mqtt: {
    form: MqttForm as never,
    start: {
      ...{ host: '', port: 8883, version: '5', tls: true, caFile: '', serverName: '', certFile: '', keyFile: '' },
      ...{ username: '', clientId: '', qos: 1, timeLimitSeconds: 10 },
      topics: {
        verdict: 'minarai/{line}/{camera}/verdict',
        last: 'minarai/{line}/{camera}/last',
        alarm: 'minarai/{line}/{camera}/alarm/{alarm}',
        status: 'minarai/{line}/status',
      },
    },
  },
  opcua: {
    form: OpcUaForm as never,
    start: {
      ...{ address: '127.0.0.1', port: 4840, serverName: 'minarai', username: '', open: false, clientsFile: '' },
    },
  },
};
