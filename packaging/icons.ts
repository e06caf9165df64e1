import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/*
 * Makes the icons of the app from icon.svg, which is their only source: node packaging/icons.ts. PNG for Linux, one ICO with
 * the sizes that Windows shows; both are kept in git, so that packing needs neither fonts nor a renderer.
 */
const folder = join(import.meta.dirname, 'icons');
const pngSizes = [16, 24, 32, 48, 64, 128, 256, 512];
const icoSizes = [16, 24, 32, 48, 64, 128, 256];

/** An ICO file (directory of 16 bytes a picture, then the pictures as PNG, which Windows reads since Vista). */
function ico(pictures: readonly { readonly size: number; readonly png: Buffer }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let at = head.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const entry = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(size % 256, entry);
    head.writeUInt8(size % 256, entry + 1);
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(png.length, entry + 8);
    head.writeUInt32LE(at, entry + 12);
    at += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
}

const svg = await readFile(join(import.meta.dirname, 'icon.svg'));
const render = async (size: number) =>
  sharp(svg, { density: (72 * size) / 256 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: size >= 64 })
    .toBuffer();
await mkdir(folder, { recursive: true });
for (const size of pngSizes) await writeFile(join(folder, `${size}x${size}.png`), await render(size));
await writeFile(
  join(folder, 'icon.ico'),
  ico(await Promise.all(icoSizes.map(async (size) => ({ size, png: await render(size) })))),
);
