import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { backend } from '../tf.ts';
import { outputOf, TAG } from './graph-builder.ts';
import type { GraphBuilder, Output } from './graph-builder.ts';

/**
 * A graph that TensorFlow has compiled: constants laid out once for this processor, convolution, bias and ReLU as one step,
 * and one crossing from JavaScript a run instead of one an op. A 256×256 picture costs half the time of the same ops called
 * one by one, alone a third. Only where `rawOps` is true.
 */
export class GraphSession {
  #id: number | undefined;

  /** The library reads graphs from folders only: one is written for the moment. */
  constructor(graph: GraphBuilder) {
    const folder = mkdtempSync(join(tmpdir(), 'minarai-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pb'), graph.savedModel());
      this.#id = backend.loadSavedModelMetaGraph(folder, TAG);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * Computes `fetches`; they belong to the surrounding `tf.tidy`. The first run for a set of fetches optimises the graph for
   * them, which takes a tenth of a second.
   */
  run(feeds: ReadonlyMap<Output, Tensor>, fetches: readonly Output[]): Tensor[] {
    if (this.#id === undefined) throw new Error('the session is closed');
    return backend.runSavedModel(
      this.#id,
      [...feeds.values()],
      [...feeds.keys()].map((name) => ({ name: outputOf(name, 0) })),
      fetches.map((name) => outputOf(name, 0)),
    );
  }

  dispose(): void {
    if (this.#id !== undefined) backend.deleteSavedModel(this.#id);
    this.#id = undefined;
  }
}
