import type { RetrainReason } from '../retrain.ts';
import { type DriftMeasure, inputMeasures } from './measures.ts';

/** What a person does first, the first thing first; message key `drift.do.<action>`. */
export type DriftAction =
  'lamp' | 'lens' | 'colour_light' | 'mount' | 'product' | 'judge_flagged' | 'audit_more' | 'teach' | 'learn_normal';

/** Whether to teach anew; message key `drift.retrain.<answer>`. */
export type RetrainAnswer = 'camera_first' | 'teach' | 'judge_first';

/** What speaks for and against it; message key `drift.evidence.<code>`. */
export type DriftEvidence =
  | 'input_changed'
  | 'input_same'
  | 'look_changed'
  | 'scores_changed'
  | 'scores_same'
  | 'flags_up'
  | 'kinds_changed'
  | 'teaching_helps'
  | 'nothing_new_to_teach'
  | 'scores_unknown';

export interface DriftAdvice {
  readonly actions: readonly DriftAction[];
  readonly retrain: RetrainAnswer;
  readonly for: readonly DriftEvidence[];
  readonly against: readonly DriftEvidence[];
}

const actionsOf: Readonly<Record<DriftMeasure, readonly DriftAction[]>> = {
  brightness: ['lamp', 'lens'],
  sharpness: ['lens', 'mount'],
  colour: ['colour_light', 'product'],
  framing: ['mount', 'product'],
  look: ['product', 'lens'],
  scores: ['judge_flagged', 'audit_more'],
  flags: ['judge_flagged', 'audit_more'],
  kinds: ['judge_flagged', 'product'],
};

/**
 * What to do and whether to teach anew, for one camera. A camera that measures otherwise is put right first: a model that learnt from
 * its pictures would have to unlearn them. Where the pictures look otherwise and their light, sharpness and place do not, the product
 * changed, and teaching helps as soon as there are labels of it.
 *
 * @param changed measures in which the camera stands changed
 * @param scoresKnown a model judges this camera long enough for its scores to be compared
 * @param because why teaching anew would help, by what people said since the last one
 */
export function driftAdvice(
  changed: ReadonlySet<DriftMeasure>,
  scoresKnown: boolean,
  because: readonly RetrainReason[],
): DriftAdvice {
  const input = inputMeasures.some((measure) => changed.has(measure));
  const results = changed.has('scores') || changed.has('flags') || changed.has('kinds');
  const helps = because.some((reason) => reason !== 'encoder' && reason !== 'area');
  const speaks = (facts: readonly (readonly [DriftEvidence, boolean])[]) =>
    facts.filter(([, holds]) => holds).map(([code]) => code);
  const retrain: RetrainAnswer = input ? 'camera_first' : helps ? 'teach' : 'judge_first';
  const own = [...changed].flatMap((measure) => actionsOf[measure]);
  const then: DriftAction[] = retrain === 'teach' ? ['teach'] : [];
  return {
    actions: [...new Set([...own, ...then, 'learn_normal' as const])],
    retrain,
    for: speaks([
      ['look_changed', changed.has('look')],
      ['scores_changed', changed.has('scores')],
      ['flags_up', changed.has('flags')],
      ['kinds_changed', changed.has('kinds')],
      ['teaching_helps', helps],
      ['input_same', !input],
    ]),
    against: speaks([
      ['input_changed', input],
      ['scores_same', scoresKnown && !results],
      ['scores_unknown', !scoresKnown],
      ['nothing_new_to_teach', !helps],
    ]),
  };
}
