/**
 * How far two people agree who judged the same pictures, each without the other's answer.
 *
 * @see Cohen (1960), "A coefficient of agreement for nominal scales"; Fleiss, Cohen and Everitt (1969), "Large sample standard
 *   errors of kappa and weighted kappa", formula 13; Cicchetti and Feinstein (1990) on positive and negative agreement
 */

/** What two people said of one picture. */
export type Pair<Answer> = readonly [a: Answer, b: Answer];

export interface Agreement<Answer> {
  /** Every answer that either gave, in the order of `order`. */
  readonly answers: readonly Answer[];
  /** [a's answer][b's answer] pictures. */
  readonly table: readonly (readonly number[])[];
  readonly pictures: number;
  readonly agreed: number;
  /** How many would agree if both said their answers as often but blindly. */
  readonly agreedByChance: number;
  /** 1: always alike; 0: as by chance. `null` where chance alone would always agree: there is nothing to tell apart. */
  readonly kappa: number | null;
  /** 95 % interval of kappa, cut at −1 and 1. `null` where it cannot be given: no kappa, or not one disagreement (or agreement) to tell its spread. */
  readonly kappa95: { readonly lower: number; readonly upper: number } | null;
}

const Z95 = 1.959963984540054;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Variance of kappa in large samples where the people agree more than by chance (Fleiss, Cohen and Everitt 1969, formula 13). */
function kappaVariance(shares: readonly (readonly number[])[], observed: number, chance: number, n: number): number {
  const rows = shares.map(sum);
  const columns = shares.map((_, j) => sum(shares.map((row) => row[j] ?? 0)));
  let [same, other] = [0, 0];
  for (const [i, row] of shares.entries())
    for (const [j, share] of row.entries()) {
      if (i === j) same += share * (1 - chance - ((rows[i] ?? 0) + (columns[i] ?? 0)) * (1 - observed)) ** 2;
      // The marginals are crossed here, as the formula has them.
      else other += share * ((columns[i] ?? 0) + (rows[j] ?? 0)) ** 2;
    }
  const inner = same + (1 - observed) ** 2 * other - (observed * chance - 2 * chance + observed) ** 2;
  return Math.max(0, inner) / (n * (1 - chance) ** 4);
}

/**
 * Cohen's kappa with its interval, and what it is made of.
 *
 * @param order answers in the order in which the table is to have them; others follow as they come
 */
export function agreementOf<Answer>(pairs: readonly Pair<Answer>[], order: readonly Answer[] = []): Agreement<Answer> {
  const given = new Set(pairs.flat());
  const answers = [...new Set([...order.filter((answer) => given.has(answer)), ...given])];
  const at = new Map(answers.map((answer, index) => [answer, index]));
  const table = answers.map(() => answers.map(() => 0));
  for (const [a, b] of pairs) {
    const [row, column] = [table[at.get(a) ?? 0], at.get(b) ?? 0];
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  }
  const n = pairs.length;
  const agreed = sum(table.map((row, i) => row[i] ?? 0));
  const agreedByChance =
    n === 0 ? 0 : sum(table.map((row, i) => sum(row) * sum(table.map((other) => other[i] ?? 0)))) / n;
  const base = { answers, table, pictures: n, agreed, agreedByChance };
  if (agreedByChance === n) return { ...base, kappa: null, kappa95: null };
  const [observed, chance] = [agreed / n, agreedByChance / n];
  const kappa = (observed - chance) / (1 - chance);
  const shares = table.map((row) => row.map((count) => count / n));
  const reach = Z95 * Math.sqrt(kappaVariance(shares, observed, chance, n));
  const kappa95 =
    agreed === n || agreed === 0 ? null : { lower: Math.max(-1, kappa - reach), upper: Math.min(1, kappa + reach) };
  return { ...base, kappa, kappa95 };
}

/**
 * Of the pictures that one of two calls `answer`, the share that the other calls so, too: 2·both / (a's + b's). Kappa is low where
 * nearly all pictures are good even if people hardly differ; this and its opposite show which answer it is about. `null`
 * where nobody gave it.
 */
export function shareAgreed<Answer>({ answers, table }: Agreement<Answer>, answer: Answer): number | null {
  const at = answers.indexOf(answer);
  const row = table[at];
  if (row === undefined) return null;
  return (2 * (row[at] ?? 0)) / (sum(row) + sum(table.map((other) => other[at] ?? 0)));
}

/**
 * aligned, partly, apart: kappa by the bounds of the automotive industry's guide to attribute gauges (AIAG, Measurement Systems
 * Analysis, 4th edition 2010, p. 137: above 0.75 good, below 0.40 poor). too_few: of good or of NG either has fewer than 5, so
 * that one picture more or less would turn the figure.
 */
export type AgreementMeaning = 'aligned' | 'partly' | 'apart' | 'too_few';

const FEWEST = 5;

/** What an agreement on good and NG means for the line. */
export function meaningOf(agreement: Agreement<'ok' | 'ng'>): AgreementMeaning {
  const { answers, table, kappa } = agreement;
  const enough = (['ok', 'ng'] as const).every((answer) => {
    const at = answers.indexOf(answer);
    const [byA, byB] = [sum(table[at] ?? []), sum(table.map((row) => row[at] ?? 0))];
    return Math.max(byA, byB) >= FEWEST;
  });
  if (!enough || kappa === null) return 'too_few';
  return kappa > 0.75 ? 'aligned' : kappa < 0.4 ? 'apart' : 'partly';
}
