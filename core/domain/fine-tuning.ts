/** Labels of the rarest class from which on fine-tuning is tried: with fewer it has nothing to hold on to. */
export const FINETUNE_LABELS = 20;
