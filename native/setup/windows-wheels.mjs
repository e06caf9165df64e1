import { bindingHeaders } from './binding-headers.mjs';

/** @typedef {import('./wheels.mjs').Wheel} Wheel */

/**
 * TensorFlow for Windows, which the packed app carries: its library has the whole C API, and asks for Python's.
 *
 * @type {Wheel}
 */
export const windowsTensorFlow = {
  platform: 'win32-x64',
  name: 'tensorflow',
  version: '2.21.0',
  file: 'tensorflow-2.21.0-cp311-cp311-win_amd64.whl',
  sha256: '0064a19bdc054a4b7c5e7e21cdf50ce38a114c2bada578b4f5267a37410f6784',
  bytes: 350_834_005,
  tags: { pythonVersion: '3.11', abi: 'cp311', platform: 'win_amd64' },
  libraries: [{ name: 'tensorflow/python/_pywrap_tensorflow_common.dll', bytes: 1_056_612_352 }],
  headers: bindingHeaders,
};

/**
 * The compiler that makes Windows' binding on Linux, with all its libraries; nothing of it is handed on.
 *
 * @type {Wheel}
 */
export const zig = {
  platform: 'linux-x64',
  name: 'ziglang',
  version: '0.17.1',
  file: 'ziglang-0.17.1-py3-none-manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64.whl',
  sha256: 'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
  bytes: 101_083_562,
  tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_12_x86_64' },
  libraries: [],
  headers: [],
  wholeBytes: 375_692_284,
};
