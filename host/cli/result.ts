import type { PilotMetrics } from '#core/app-types.ts';
import type { Translate } from '#messages/translate.ts';

const figure = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** The few lines that a person reads at the end of a run; everything is in metrics.json and the report. */
export function resultLines(metrics: PilotMetrics, translate: Translate): string[] {
  const { label_efficiency, classifier, anomaly, threshold } = metrics;
  return [
    translate('cli.result.images', { images: metrics.images, rejected: metrics.rejected }),
    ...label_efficiency.map(({ labels, k, pretrained, random_init }) =>
      translate('cli.result.labels', {
        k,
        labels,
        pretrained: figure(pretrained.balanced_accuracy),
        random: figure(random_init.balanced_accuracy),
      }),
    ),
    translate('cli.result.anomaly', { auroc: figure(anomaly.auroc) }),
    translate('cli.result.classifier', {
      auroc: figure(classifier.auroc),
      escape: figure(classifier.escape_rate),
      overkill: figure(classifier.overkill_rate),
    }),
    ...metrics.rights.map(({ data_set, state, owner }) =>
      translate('cli.result.right', { folder: data_set, state, owner: owner === '' ? '–' : owner }),
    ),
    translate('cli.result.threshold', { review: figure(threshold.review), reject: figure(threshold.reject) }),
  ];
}
