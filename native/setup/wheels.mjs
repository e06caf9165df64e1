import { bindingHeaders } from './binding-headers.mjs';

/**
 * The pinned TensorFlow builds. A row is a wheel on PyPI, its hash, and the files of it that Minarai uses: the two
 * libraries that hold the C API and the headers that the tfjs binding includes.
 *
 * @typedef {object} Wheel
 * @property {string} platform `<process.platform>-<process.arch>`
 * @property {string} name the package on PyPI
 * @property {string} version
 * @property {string} file
 * @property {string} sha256
 * @property {number} bytes
 * @property {{ pythonVersion: string, abi: string, platform: string }} tags what pip must be told to pick this file
 * @property {readonly { name: string, at?: string, bytes: number }[]} libraries members of the wheel, and where they lie in the
 *   runtime folder when it is not there
 * @property {readonly string[]} headers members of the wheel below `includeRoot`
 * @property {number} [wholeBytes] all members are wanted, as they lie in the wheel, and are this large
 */

export const includeRoot = 'tensorflow/include/';

/** @type {readonly Wheel[]} */
export const wheels = [
  {
    platform: 'linux-x64',
    name: 'tensorflow-cpu',
    version: '2.21.0',
    file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
    tags: { pythonVersion: '3.11', abi: 'cp311', platform: 'manylinux_2_27_x86_64' },
    libraries: [
      { name: 'tensorflow/libtensorflow_cc.so.2', bytes: 788_086_608 },
      { name: 'tensorflow/libtensorflow_framework.so.2', bytes: 65_222_328 },
    ],
    headers: bindingHeaders,
  },
];
