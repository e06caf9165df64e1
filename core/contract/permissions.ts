import type { Role } from './people.ts';
import type { uiContract } from './ui.ts';

/*
 * Who may make which call: the whole of what roles mean. Enforced where calls are served (core/calls/gate.ts); the window goes by it
 * for what it offers. A call that is not named here does not compile.
 */

/** `door`: before anybody has signed in. The others name who may; the words are `access.<name>`. */
export const accesses = {
  door: [],
  all: ['operator', 'supervisor', 'manager', 'administrator'],
  line: ['operator', 'supervisor', 'administrator'],
  report: ['supervisor', 'manager', 'administrator'],
  lead: ['supervisor', 'administrator'],
  admin: ['administrator'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;
export type Access = keyof typeof accesses;

type Permissions = {
  readonly [Group in keyof typeof uiContract]: { readonly [Call in keyof (typeof uiContract)[Group]]: Access };
};

export const permissions: Permissions = {
  app: { watch: 'all', set: 'lead', diagnose: 'lead', doctor: 'all' },
  cameras: {
    add: 'lead',
    pause: 'lead',
    remove: 'lead',
    rescan: 'lead',
    watching: 'all',
    setWatching: 'lead',
    acceptFolder: 'lead',
    // Both look into folders of this computer.
    previewFolder: 'lead',
    browse: 'lead',
    quarantine: 'all',
  },
  metadata: {
    get: 'all',
    preview: 'all',
    suggest: 'all',
    setPattern: 'lead',
    setShifts: 'lead',
    facts: 'all',
    edit: 'line',
  },
  quality: { get: 'all', keptOut: 'all', say: 'line', learnAgain: 'lead', card: 'all' },
  area: { get: 'all', set: 'lead', propose: 'all', place: 'all', preview: 'all' },
  classes: {
    history: 'all',
    rename: 'lead',
    describe: 'lead',
    setKey: 'lead',
    move: 'lead',
    retire: 'lead',
    bringBack: 'lead',
  },
  book: { get: 'all', add: 'lead', remove: 'lead', propose: 'all', print: 'all' },
  agreement: {
    rounds: 'all',
    begin: 'lead',
    stop: 'lead',
    next: 'line',
    picture: 'line',
    answer: 'line',
    undo: 'line',
    result: 'all',
    resolve: 'lead',
    adopt: 'lead',
  },
  images: { list: 'all' },
  sample: { start: 'lead', stop: 'lead' },
  learn: {
    start: 'lead',
    pause: 'lead',
    resume: 'lead',
    history: 'all',
    progress: 'all',
    preview: 'all',
    evaluate: 'lead',
    evaluation: 'all',
    map: 'all',
  },
  jobs: { cancel: 'lead' },
  teach: {
    addClass: 'lead',
    next: 'all',
    label: 'line',
    undo: 'line',
    redo: 'line',
    takeBack: 'line',
    effort: 'all',
    start: 'lead',
  },
  groups: {
    list: 'all',
    unseen: 'all',
    members: 'all',
    start: 'lead',
    check: 'all',
    answer: 'lead',
    apart: 'lead',
    finish: 'lead',
    undo: 'lead',
  },
  doubts: { list: 'all', keep: 'line' },
  exchange: { list: 'all', export: 'lead', import: 'lead', use: 'lead' },
  models: {
    list: 'all',
    compare: 'all',
    use: 'lead',
    setAside: 'lead',
    plan: 'all',
    freeze: 'lead',
    unfreeze: 'lead',
    setTakt: 'lead',
  },
  review: {
    next: 'all',
    evidence: 'all',
    standing: 'all',
    exportLedger: 'all',
    decide: 'line',
    undo: 'line',
    redo: 'line',
    alike: 'all',
  },
  audit: { overview: 'all', plan: 'lead' },
  golden: { get: 'all', propose: 'all', fix: 'lead', check: 'line', clear: 'lead', affected: 'all' },
  backups: { get: 'all', make: 'lead', restore: 'admin', keep: 'admin', read: 'lead' },
  outputs: {
    list: 'lead',
    add: 'lead',
    set: 'lead',
    pause: 'lead',
    remove: 'lead',
    tryNow: 'lead',
    discard: 'lead',
    test: 'lead',
    preview: 'lead',
    log: 'lead',
  },
  people: {
    door: 'door',
    begin: 'door',
    signIn: 'door',
    speak: 'door',
    lock: 'all',
    seen: 'all',
    changePin: 'all',
    list: 'admin',
    add: 'admin',
    setRole: 'admin',
    resetPin: 'admin',
    setActive: 'admin',
    setLock: 'admin',
  },
  history: { state: 'report', list: 'report', export: 'report' },
  finds: {
    passed: 'all',
    ranked: 'all',
    add: 'line',
    list: 'all',
    say: 'lead',
    setLimit: 'lead',
    look: 'line',
    since: 'all',
    answer: 'line',
    proposal: 'all',
    export: 'report',
  },
  plan: { get: 'all', keep: 'report', agree: 'report', keepBaseline: 'lead', count: 'lead', withdraw: 'lead' },
  figures: { get: 'all', pictures: 'all', export: 'all' },
  marks: { follow: 'lead', wouldFollow: 'all' },
  threshold: { data: 'all', apply: 'lead', flips: 'all' },
  whatIf: { get: 'all', setAims: 'lead', past: 'all' },
  roi: { get: 'all', set: 'lead', clear: 'lead', history: 'all', setCurrency: 'lead' },
  report: { get: 'all', export: 'report' },
  guide: { facts: 'all', signatures: 'all', sign: 'report' },
  practice: { results: 'all', answer: 'all' },
  sheets: { handover: 'all', printHandover: 'all', printHandout: 'all' },
  desktop: { notices: 'all', setNotices: 'lead', pickFolder: 'lead' },
  // Who of these may clear is a list of names besides (core/calls/rights.ts).
  rights: { list: 'all', history: 'all', say: 'lead', setClearers: 'admin', export: 'report' },
  // Calling an order off loses nothing.
  retention: { list: 'all', preview: 'lead', setRule: 'admin', order: 'admin', cancel: 'lead', certificate: 'report' },
  lots: { list: 'all', export: 'report' },
};

/** A call by its name, `area.verb`. */
export type CallName = {
  [Group in keyof Permissions]: `${Group}.${keyof Permissions[Group] & string}`;
}[keyof Permissions];

/** Who may make the call at a path; null: there is no such call. */
export function accessOf(path: readonly string[]): Access | null {
  const [group = '', call = ''] = path;
  const groups: Readonly<Record<string, Readonly<Record<string, Access>>>> = permissions;
  if (path.length !== 2 || !Object.hasOwn(groups, group)) return null;
  const calls = groups[group] ?? {};
  return Object.hasOwn(calls, call) ? (calls[call] ?? null) : null;
}

/** Whether a role is among those who may. What the door answers, it answers to everybody. */
export const isAllowed = (access: Access, role: Role): boolean =>
  access === 'door' || accesses[access].some((one) => one === role);
