/** Why a judgement differs from the machine's: short codes that are stored, words by `reason.<code>`. */
export const judgementReasons = ['dust', 'lighting', 'position', 'borderline', 'allowed', 'new_defect'] as const;
export type JudgementReason = (typeof judgementReasons)[number];
