/** What a part and a month bring, in money and hours, with `personHours` > 0 and everything finite. */
export interface VolumeTerms {
  /** Hours that one part saves; negative where it costs hours. */
  readonly hoursPerPart: number;
  /** Hours a month that the pilot takes whatever the volume. */
  readonly fixedHours: number;
  readonly wage: number;
  readonly personHours: number;
  /** Money by fewer escapes and less overkill for each part. */
  readonly gainPerPart: number;
  /** What a month must bring besides hours: share of what was spent once and running costs, less other benefits. */
  readonly target: number;
}

const finite = (parts: number): number | null => (Number.isFinite(parts) ? parts : null);

/**
 * Fewest parts a month at which hours, all at the wage, and gains cover the target; 0 where other benefits do and parts cost
 * nothing. `null` where more parts do not help.
 */
export function breakEvenWithHours({
  hoursPerPart,
  fixedHours,
  wage,
  gainPerPart,
  target,
}: VolumeTerms): number | null {
  const perPart = hoursPerPart * wage + gainPerPart;
  const needed = target + fixedHours * wage;
  if (perPart >= 0 && needed <= 0) return 0;
  return perPart > 0 ? finite(needed / perPart) : null;
}

/**
 * The same in cash: of the hours saved only whole persons count, lost hours in full. Between two whole persons the net runs
 * straight with the gains, at each it jumps by a person's month, so the first whole person at which the target can be reached is
 * solved for instead of searched.
 */
export function breakEvenInCash(terms: VolumeTerms): number | null {
  const { hoursPerPart, fixedHours, wage, personHours, gainPerPart, target } = terms;
  const losing = breakEvenWithHours(terms);
  if (hoursPerPart <= 0) return losing;
  /** From here on hours are saved; before, they are lost and count in full. */
  const turn = fixedHours / hoursPerPart;
  if (losing !== null && losing <= turn) return losing;
  const month = personHours * wage;
  const partsAt = (persons: number) => (persons * personHours + fixedHours) / hoursPerPart;
  // Just before the next person: persons·month + gain·partsAt(persons + 1) > target; at the person itself where gains fall.
  const step = month + (gainPerPart * personHours) / hoursPerPart;
  const ahead = gainPerPart > 0 ? partsAt(1) : partsAt(0);
  if (step <= 0) return null;
  // An edge of a binary digit must not cost a whole person.
  const persons = Math.max(0, Math.ceil((target - gainPerPart * ahead) / step - 1e-9));
  const reached = gainPerPart > 0 ? (target - persons * month) / gainPerPart : 0;
  return finite(Math.max(partsAt(persons), reached));
}
