import { isDay } from './days.ts';

/*
 * Whether a data set (the pictures of a camera's folder) may teach: what has to be said of it, and what follows from what was said.
 */

/** What a person said of a data set. Texts are empty where nobody said. */
export interface RightDeclaration {
  /** Whose pictures they are. */
  readonly owner: string;
  /** What they may be used for. */
  readonly purpose: string;
  readonly people: 'yes' | 'no' | 'unknown';
  readonly customerParts: 'yes' | 'no' | 'unknown';
  /** Whose parts; only where they are a customer's. */
  readonly customer: string;
  /** own: the site's own pictures of its own parts. */
  readonly basis: 'own' | 'contract' | 'consent' | 'none';
  /** Number of the contract, who consented, … */
  readonly basisNote: string;
  /** The day of it, yyyy-MM-dd. */
  readonly basisDay: string;
  /** The last day on which they may be used, yyyy-MM-dd. */
  readonly keepUntil: string;
}

/** What is missing before a person can clear it; message key `right.missing.<what>`. */
export const rightLacks = [
  'owner',
  'purpose',
  'people',
  'customerParts',
  'customer',
  'basis',
  'basisNote',
  'basisDay',
  'keepUntil',
] as const;
export type RightLack = (typeof rightLacks)[number];

/** What has to be said yet. People in the frame, and a customer's parts, need more than the site's own word. */
export function lacksOf(said: RightDeclaration): RightLack[] {
  const byOthers = said.people === 'yes' || said.customerParts === 'yes';
  const lacks: Readonly<Record<RightLack, boolean>> = {
    owner: said.owner === '',
    purpose: said.purpose === '',
    people: said.people === 'unknown',
    customerParts: said.customerParts === 'unknown',
    customer: said.customerParts === 'yes' && said.customer === '',
    basis: said.basis === 'none' || (said.basis === 'own' && byOthers),
    basisNote: (said.basis === 'contract' || said.basis === 'consent') && said.basisNote === '',
    basisDay: !isDay(said.basisDay),
    keepUntil: !isDay(said.keepUntil),
  };
  return rightLacks.filter((what) => lacks[what]);
}

/**
 * saved: said, not cleared. cleared: by a person. declared: by whoever ran the command line. sample: the program's own made-up pictures.
 * withdrawn: no longer. apart: the pictures stay, and none of them teaches.
 */
export const rightWords = ['saved', 'cleared', 'declared', 'sample', 'withdrawn', 'apart'] as const;
export type RightWord = (typeof rightWords)[number];

/**
 * undeclared: nobody said anything. grace: neither, of a camera from before there was a register, until a day that is told. waiting:
 * said, not cleared. expired: the last day is over.
 */
export const rightStates = [
  'undeclared',
  'grace',
  'waiting',
  'cleared',
  'declared',
  'sample',
  'expired',
  'withdrawn',
  'apart',
] as const;
export type RightState = (typeof rightStates)[number];

/** The newest word on a data set. */
export interface RightWordSaid {
  readonly word: RightWord;
  readonly keepUntil: string;
}

/**
 * What holds on a day.
 *
 * @param today yyyy-MM-dd, local
 * @param graceUntil the last day of grace; null: none
 */
export function rightState(newest: RightWordSaid | null, today: string, graceUntil: string | null): RightState {
  const inGrace = graceUntil !== null && today <= graceUntil;
  if (newest === null) return inGrace ? 'grace' : 'undeclared';
  if (newest.word === 'saved') return inGrace ? 'grace' : 'waiting';
  const over = newest.keepUntil !== '' && newest.keepUntil < today;
  return over && (newest.word === 'cleared' || newest.word === 'declared') ? 'expired' : newest.word;
}

const mayTeachIn: ReadonlySet<RightState> = new Set(['grace', 'cleared', 'declared', 'sample']);

/** Whether pictures of a data set in this state may teach. Those set apart may not, and hold nobody up: they are left out. */
export const mayTeach = (state: RightState): boolean => mayTeachIn.has(state);
