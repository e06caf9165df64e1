/**
 * Run as a child by set-up: does TensorFlow compute on this machine? Prints its version, or fails with one line.
 */
import { loadTensorFlow } from '../load-tensorflow.ts';

/** @param {string} what @param {ArrayLike<number>} found @param {readonly number[]} expected */
function expectClose(what, found, expected) {
  const same =
    found.length === expected.length && expected.every((value, i) => Math.abs((found[i] ?? NaN) - value) < 1e-4);
  if (!same) throw new Error(`${what} gave ${Array.from(found).join(', ')} instead of ${expected.join(', ')}`);
}

const tf = await loadTensorFlow();
const product = tf.matMul(
  tf.tensor2d([
    [1, 2],
    [3, 4],
  ]),
  tf.tensor2d([
    [5, 6],
    [7, 8],
  ]),
);
expectClose('matMul', product.dataSync(), [19, 22, 43, 50]);

// The gradient of a sum of products by a filter value is the sum of the inputs that it meets.
const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
const byFilter = tf.grad((filter) =>
  tf.conv2d(image, /** @type {import('@tensorflow/tfjs-core').Tensor4D} */ (filter), 1, 'valid').sum(),
);
expectClose('conv2d gradient', byFilter(tf.ones([2, 2, 1, 1])).dataSync(), [12, 16, 24, 28]);

// Training calls TensorFlow's own operations by name.
const backend = /** @type {import('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js').NodeJSKernelBackend} */ (
  tf.backend()
);
const [mean] = backend.executeMultipleOutputs('L2Loss', [{ name: 'T', type: 1, value: 1 }], [tf.tensor1d([3, 4])], 1);
if (!mean) throw new Error('L2Loss gave nothing');
expectClose('L2Loss', mean.dataSync(), [12.5]);
process.stdout.write(`${backend.binding.TF_Version}\n`);
