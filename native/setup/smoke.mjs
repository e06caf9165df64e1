/**
 * Run as a child by set-up: does TensorFlow compute on this machine? Prints its version, or fails with one line.
 */
import { describeFailure, loadTensorFlow } from '../load-tensorflow.ts';

/** @typedef {import('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js').NodeJSKernelBackend} Backend */

/** @param {string} what @param {ArrayLike<number>} found @param {readonly number[]} expected */
function expectClose(what, found, expected) {
  const values = Array.from(found);
  const same =
    values.length === expected.length && expected.every((value, i) => Math.abs((values[i] ?? NaN) - value) < 1e-4);
  if (!same) throw new Error(`${what} gave ${values.join(', ')} instead of ${expected.join(', ')}`);
}

async function smokeTest() {
  const tf = await loadTensorFlow();
  const product = tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2]));
  expectClose('matMul', product.dataSync(), [19, 22, 43, 50]);

  // The gradient of a sum of products by a filter value is the sum of the inputs that it meets.
  const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const byFilter = tf.grad((filter) => tf.conv2d(image, filter.as4D(2, 2, 1, 1), 1, 'valid').sum());
  expectClose('conv2d gradient', byFilter(tf.ones([2, 2, 1, 1])).dataSync(), [12, 16, 24, 28]);

  // Training calls TensorFlow's own operations by name.
  const backend = /** @type {Backend} */ (tf.backend());
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const type = { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT };
  const half = backend.executeSingleOutput('L2Loss', [type], [tf.tensor1d([3, 4])]);
  expectClose('L2Loss', half.dataSync(), [12.5]);
  return backend.binding.TF_Version;
}

try {
  process.stdout.write(`${await smokeTest()}\n`);
} catch (error) {
  process.stderr.write(`\n${describeFailure(error)}\n`);
  process.exitCode = 1;
}
