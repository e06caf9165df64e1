import type { Encoder } from '../encoder.ts';
import { LARGEST_GAIN } from '../normalise.ts';
import type { Normalisation } from '../normalise.ts';
import { exportFolded } from '../network/folded.ts';
import { network } from '../network/looking.ts';
import type { Calibration } from '../learn/head.ts';
import type { LinearHead } from '../learn/logistic.ts';
import type { Standard } from '../learn/matrix.ts';
import type { Model } from '../learn/model-file.ts';
import { LOG_FLOOR } from '../learn/pooled.ts';
import { anomalyGraph } from './anomaly-graph.ts';
import type { AnomalyValues } from './anomaly-graph.ts';
import { OnnxGraph } from './onnx-graph.ts';
import type { Value } from './onnx-graph.ts';
import { OnnxLayers } from './onnx-layers.ts';
import { PooledGraph } from './pooled-graph.ts';
import type { FeatureValues } from './pooled-graph.ts';
import { Sums } from './sums.ts';

/*
 * A model as one ONNX graph: from the pixels as they were decoded to the number that the screens show. Each part is the twin of the
 * code under learn/ that it imports its numbers from; parity.ts holds both together on the line's own pictures.
 */

/** Pixels 0..255 [n, c, h, w] as the encoder wants them; see normalise.ts. */
function normalised(s: Sums, { gainToMean, mean, deviation }: Normalisation, pixels: Value): Value {
  const scaled = s.mul(pixels, 1 / (255 * deviation));
  if (gainToMean === null) return s.sub(scaled, mean / deviation);
  // Row by row first: sums of 512 × 512 pixels are longer than float32.
  const pictureMean = s.div(s.mean(s.mean(pixels, [3], true), [1, 2], true), 255);
  const gain = s.div(gainToMean, s.most(pictureMean, 1e-3));
  const bounded = s.graph.node('Clip', [gain, s.of(1 / LARGEST_GAIN), s.of(LARGEST_GAIN)]);
  return s.sub(s.mul(scaled, bounded), mean / deviation);
}

function featuresOf(layers: OnnxLayers, { weights, statistics }: Encoder, picture: Value): FeatureValues {
  return network(layers, exportFolded({ weights, statistics }), picture);
}

/** [n, classes] */
function logitsOf(s: Sums, { classes, columns, weights, bias }: LinearHead, standard: Standard, pooled: Value): Value {
  const turned = new Float32Array(columns * classes);
  weights.forEach((value, at) => (turned[(at % columns) * classes + Math.floor(at / columns)] = value));
  const logs = s.sub(s.log(s.add(pooled, LOG_FLOOR)), s.vector(standard.mean));
  // An infinite deviation leaves a column out.
  const features = s.mul(logs, s.vector(standard.deviation.map((value) => 1 / value)));
  return s.add(s.matMul(features, s.graph.floats('head', [columns, classes], turned)), s.vector(bias));
}

interface Answer {
  /** [n] */
  readonly score: Value;
  /** [n, classes] */
  readonly probabilities: Value | null;
}

/** head.ts's `rawAnswer` and `answer`. */
function headAnswer(
  s: Sums,
  logits: Value,
  { goodClass, blend, classes }: Model,
  { platt, temperature }: Calibration,
  anomaly: Value | null,
): Answer {
  const softmax = (x: Value): Value => s.graph.node('Softmax', [s.div(x, temperature)], { axis: 1 });
  if (goodClass === null) {
    const probabilities = softmax(logits);
    return { score: s.sub(1, s.largest(probabilities, [1])), probabilities };
  }
  const defects = s.columns(logits, [
    [0, goodClass],
    [goodClass + 1, classes.length],
  ]);
  const good = s.columns(logits, [[goodClass, goodClass + 1]]);
  const most = s.largest(defects, [1], true);
  const logOdds = s.sub(s.add(most, s.log(s.sum(s.exp(s.sub(defects, most)), [1], true))), good); // [n, 1]
  const evidence =
    blend && anomaly !== null
      ? s.add(
          s.add(
            s.mul(s.sub(logOdds, blend.scale.centre), blend.head / blend.scale.spread),
            s.mul(s.shape(anomaly, [-1, 1]), blend.anomaly),
          ),
          blend.offset,
        )
      : logOdds;
  const defect = s.sigmoid(s.add(s.mul(evidence, platt.slope), platt.offset));
  const shares = s.mul(softmax(defects), defect);
  const before = goodClass > 0 ? [s.columns(shares, [[0, goodClass]])] : [];
  const after = goodClass < classes.length - 1 ? [s.columns(shares, [[goodClass, classes.length - 1]])] : [];
  const probabilities = s.concat([...before, s.sub(1, defect), ...after], 1);
  return { score: s.shape(defect, [-1]), probabilities };
}

/** anomaly.ts's `squash`. */
function squashed(s: Sums, anomaly: Value): Value {
  const t = s.div(s.sub(anomaly, 3), 3);
  return s.mul(s.add(s.div(t, s.sqrt(s.add(s.square(t), 1))), 1), 0.5);
}

/** @param version of the app, @param metadata what the file says of itself */
export function scoringOnnx(model: Model, metadata: Readonly<Record<string, string>>, version: string): Uint8Array {
  const { encoder, tuned, head, calibration, anomaly } = model;
  const graph = new OnnxGraph();
  const s = new Sums(graph);
  const layers = new OnnxLayers(graph);
  const pools = new PooledGraph(s, layers);
  const picture = graph.input({
    name: 'picture',
    type: 'uint8',
    shape: ['pictures', 'height', 'width', encoder.channels],
    says: 'Decoded pixels, rows from the top, channels interleaved; see the card for how a picture becomes them.',
  });
  const pixels = s.turn(graph.node('Cast', [picture], { to: 1 }), [0, 3, 1, 2]);
  const input = normalised(s, encoder.normalisation, pixels);
  const features = featuresOf(layers, encoder, input);
  const pooled = pools.pooled(features, encoder.config);
  const unusual: AnomalyValues | null =
    anomaly && anomalyGraph({ s, layers, pools }, anomaly, encoder.config, features, pooled);

  const headReads = tuned ? pools.pooled(featuresOf(layers, tuned, input), tuned.config) : pooled;
  const answer: Answer =
    head && calibration
      ? headAnswer(s, logitsOf(s, head, model.standard, headReads), model, calibration, unusual?.score ?? null)
      : { score: squashed(s, unusual?.score ?? s.of(0)), probabilities: null };

  const says = {
    score: '0..1, higher is more likely to be a defect; what the marks cut.',
    probabilities: 'One per class, in the order of the metadata "classes".',
    anomaly: 'z-score against good pictures.',
    heat: 'Where it is unusual, at a quarter of the size: 0 as the strongest in good pictures, 1 and more: drawn white.',
  };
  graph.output({ name: 'score', type: 'float', shape: ['pictures'], says: says.score }, answer.score);
  const classes = model.classes.length;
  if (answer.probabilities !== null)
    graph.output(
      { name: 'class_probabilities', type: 'float', shape: ['pictures', classes], says: says.probabilities },
      answer.probabilities,
    );
  if (unusual) graph.output({ name: 'anomaly', type: 'float', shape: ['pictures'], says: says.anomaly }, unusual.score);
  const heat = unusual ? unusual.heat : s.sigmoid(pools.defectMap(features.maskLogits));
  graph.output(
    { name: 'heat', type: 'float', shape: ['pictures', 1, 'heat_height', 'heat_width'], says: says.heat },
    heat,
  );
  return graph.encoded(metadata, version);
}
