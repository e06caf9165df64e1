import { bindingHeaders } from './binding-headers.mjs';

/** @typedef {import('./wheels.mjs').Wheel} Wheel */

/** @type {Pick<Wheel, 'platform' | 'headers'>} */
const linux = { platform: 'linux-x64', headers: [] };

/**
 * The build of TensorFlow that knows NVIDIA's GPUs, and what it asks for in its metadata (extra `and-cuda`), each at the newest
 * version that it allows: newer cards need newer libraries. Of each wheel only what TensorFlow and cuDNN load; cuRAND is asked
 * for and never loaded. All of them are published by NVIDIA under its own licence, and fetched only when a person asks.
 *
 * @type {readonly Wheel[]} TensorFlow's first
 */
export const gpuWheels = [
  {
    platform: 'linux-x64',
    name: 'tensorflow',
    version: '2.21.0',
    file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    bytes: 572_440_367,
    tags: { pythonVersion: '3.11', abi: 'cp311', platform: 'manylinux_2_27_x86_64' },
    libraries: [
      { name: 'tensorflow/libtensorflow_cc.so.2', bytes: 1_096_372_272 },
      { name: 'tensorflow/libtensorflow_framework.so.2', bytes: 162_648_808 },
    ],
    headers: bindingHeaders,
  },
  {
    ...linux,
    name: 'nvidia-cublas-cu12',
    version: '12.9.3.13',
    file: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
    sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    bytes: 581_217_458,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_27_x86_64' },
    libraries: [
      { name: 'nvidia/cublas/lib/libcublas.so.12', bytes: 105_140_976 },
      { name: 'nvidia/cublas/lib/libcublasLt.so.12', bytes: 749_169_616 },
    ],
  },
  {
    ...linux,
    name: 'nvidia-cuda-runtime-cu12',
    version: '12.9.79',
    file: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    bytes: 3_493_179,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_17_x86_64' },
    libraries: [{ name: 'nvidia/cuda_runtime/lib/libcudart.so.12', bytes: 741_088 }],
  },
  {
    ...linux,
    name: 'nvidia-cuda-cupti-cu12',
    version: '12.9.79',
    file: 'nvidia_cuda_cupti_cu12-12.9.79-py3-none-manylinux_2_25_x86_64.whl',
    sha256: '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    bytes: 10_814_997,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_25_x86_64' },
    libraries: [{ name: 'nvidia/cuda_cupti/lib/libcupti.so.12', bytes: 7_604_800 }],
  },
  {
    ...linux,
    name: 'nvidia-cuda-nvcc-cu12',
    version: '12.9.86',
    file: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    bytes: 40_546_229,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_12_x86_64' },
    libraries: [
      { name: 'nvidia/cuda_nvcc/bin/ptxas', bytes: 34_931_056 },
      { name: 'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc', bytes: 486_168 },
    ],
  },
  {
    ...linux,
    name: 'nvidia-cuda-nvrtc-cu12',
    version: '12.9.86',
    file: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    bytes: 89_568_129,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_12_x86_64' },
    libraries: [
      { name: 'nvidia/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9', bytes: 7_202_760 },
      { name: 'nvidia/cuda_nvrtc/lib/libnvrtc.so.12', bytes: 106_244_480 },
    ],
  },
  {
    ...linux,
    name: 'nvidia-cudnn-cu12',
    version: '9.28.0.42',
    file: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    bytes: 716_538_495,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_27_x86_64' },
    libraries: [
      { name: 'nvidia/cudnn/lib/libcudnn.so.9', bytes: 137_432 },
      { name: 'nvidia/cudnn/lib/libcudnn_adv.so.9', bytes: 232_904_280 },
      { name: 'nvidia/cudnn/lib/libcudnn_cnn.so.9', bytes: 4_203_992 },
      { name: 'nvidia/cudnn/lib/libcudnn_engines_precompiled.so.9', bytes: 559_964_512 },
      { name: 'nvidia/cudnn/lib/libcudnn_engines_runtime_compiled.so.9', bytes: 48_269_792 },
      { name: 'nvidia/cudnn/lib/libcudnn_engines_tensor_ir.so.9', bytes: 2_099_128 },
      { name: 'nvidia/cudnn/lib/libcudnn_ext.so.9', bytes: 10_492_448 },
      { name: 'nvidia/cudnn/lib/libcudnn_graph.so.9', bytes: 115_563_344 },
      { name: 'nvidia/cudnn/lib/libcudnn_heuristic.so.9', bytes: 96_473_944 },
      { name: 'nvidia/cudnn/lib/libcudnn_ops.so.9', bytes: 92_284_600 },
    ],
  },
  {
    ...linux,
    name: 'nvidia-cufft-cu12',
    version: '11.4.1.4',
    file: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    bytes: 200_877_592,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_17_x86_64' },
    libraries: [{ name: 'nvidia/cufft/lib/libcufft.so.11', bytes: 291_507_928 }],
  },
  {
    ...linux,
    name: 'nvidia-cusolver-cu12',
    version: '11.7.5.82',
    file: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
    sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    bytes: 338_117_415,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_27_x86_64' },
    // TensorFlow opens it by its bare name from libtensorflow_framework, whose run path lacks its own folder (seen on an H100:
    // without it no GPU is used). In Python the folder is on the path of another library.
    libraries: [
      {
        name: 'nvidia/cusolver/lib/libcusolver.so.11',
        at: 'nvidia/cublas/lib/libcusolver.so.11',
        bytes: 302_024_152,
      },
    ],
  },
  {
    ...linux,
    name: 'nvidia-cusparse-cu12',
    version: '12.5.10.65',
    file: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    bytes: 366_465_088,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_17_x86_64' },
    libraries: [{ name: 'nvidia/cusparse/lib/libcusparse.so.12', bytes: 486_556_368 }],
  },
  {
    ...linux,
    name: 'nvidia-nccl-cu12',
    version: '2.32.3',
    file: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
    sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    bytes: 351_526_311,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_27_x86_64' },
    libraries: [{ name: 'nvidia/nccl/lib/libnccl.so.2', bytes: 473_614_536 }],
  },
  {
    ...linux,
    name: 'nvidia-nvjitlink-cu12',
    version: '12.9.86',
    file: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    bytes: 39_748_338,
    tags: { pythonVersion: '3.11', abi: 'none', platform: 'manylinux_2_12_x86_64' },
    libraries: [{ name: 'nvidia/nvjitlink/lib/libnvJitLink.so.12', bytes: 95_935_344 }],
  },
];
