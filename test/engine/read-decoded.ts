import { createRequire } from 'node:module';
import { readAll } from '#engine/read-pictures.ts';
import { readImagesFile } from '#engine/images-file.ts';

/** Loads all that a job of the engine loads, reads the pictures of an images file, and says whether a decoder was loaded. */
const [imagesFile = ''] = process.argv.slice(2);
for (const job of ['pretrain', 'learn/embed', 'learn/evaluate', 'learn/teach', 'learn/score'])
  await import(`#engine/${job}.ts`);
const rows = await readImagesFile(imagesFile);
let pictures = 0;
for await (const result of readAll(rows, 1, new AbortController().signal)) if ('picture' in result) pictures++;
const loaded = Object.keys(createRequire(import.meta.url).cache);
console.log(JSON.stringify({ pictures, decoder: loaded.some((file) => /node_modules[\\/]sharp[\\/]/.test(file)) }));
