import sharp from 'sharp';
import { makeBmp, makeTiff } from '#test/imaging/files.ts';
import { pngChunk, pngHeader, pngOf } from './many-pictures.ts';
import { deflateSync } from 'node:zlib';

/** A file under a picture's name that a browser would run, were it ever handed over as it is. */
export interface ActiveFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** It is a whole picture as well, and is taken in as one. */
  readonly isPicture: boolean;
}

/** Stands in every one of them, and must never reach a window. */
export const ACTIVE = 'alert(4711)';
const SCRIPT = `<script>${ACTIVE}</script>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${ACTIVE}">${SCRIPT}</svg>`;
const HTML = `<!doctype html><html><body>${SCRIPT}</body></html>`;

const file = (name: string, text: string | Buffer): ActiveFile => ({
  name,
  bytes: Buffer.from(text),
  isPicture: false,
});
const picture = (name: string, bytes: Buffer): ActiveFile => ({ name, bytes, isPicture: true });

/** Begin as pictures and go on as pages; such a file may be an unfinished one and is given some seconds before it is refused. */
export const headsOnly: readonly ActiveFile[] = [
  file('head.png', Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), Buffer.from(HTML)])),
  file('head.jpg', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(HTML)])),
  file('head.tif', Buffer.concat([Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]), Buffer.from(HTML)])),
];

export async function activeFiles(): Promise<ActiveFile[]> {
  const plain = sharp({ create: { width: 24, height: 16, channels: 3, background: '#a54' } });
  const jpeg = await plain.clone().jpeg().toBuffer();
  const webp = await plain.clone().webp().toBuffer();
  const rows = deflateSync(Buffer.alloc(17 * 16, 0));
  const text = (type: string, head: string): Buffer => pngChunk(type, Buffer.from(`${head}${HTML}`, 'latin1'));
  const comment = Buffer.from(`*/=1;${ACTIVE};/*${HTML}`, 'latin1');
  const marker = Buffer.alloc(4);
  marker.writeUInt16BE(0xfffe);
  marker.writeUInt16BE(comment.length + 2, 2);
  const bmp = makeBmp({ width: 24, height: 16, bits: 24, pixel: (x) => x * 9 });
  const xmp = Buffer.from(SVG.length % 2 === 0 ? SVG : `${SVG} `);
  const chunk = Buffer.concat([Buffer.from('XMP '), Buffer.alloc(4), xmp]);
  chunk.writeUInt32LE(xmp.length, 4);
  const withXmp = Buffer.concat([webp, chunk]);
  withXmp.writeUInt32LE(withXmp.length - 8, 4);
  return [
    file('plain.svg', SVG),
    file('svg.png', SVG),
    file('svg-with-prolog.png', `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${SVG}`),
    file('svg-with-mark.jpg', `\uFEFF  \n${SVG}`),
    file('svg-utf16.png', Buffer.from(`\uFEFF${SVG}`, 'utf16le')),
    file('html.png', HTML),
    file('html.bmp', `BM${HTML}`),
    file('xhtml.webp', `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`),
    file('pdf.png', `%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(${ACTIVE})>>>>endobj`),
    file('gif-script.png', `GIF89a=1/*${'\0'.repeat(10)}*/;${ACTIVE};`),
    file('gif-html.jpg', `GIF89a${'\0'.repeat(7)}${HTML}`),
    file('riff.webp', `RIFF${'\0'.repeat(4)}WAVE${HTML}`),
    file('postscript.png', `%!PS-Adobe-3.0\n(${ACTIVE}) run`),
    file(
      'magick.png',
      `push graphic-context\nviewbox 0 0 9 9\nfill 'url(https://x/"|${ACTIVE}")'\npop graphic-context`,
    ),
    picture('png-then-html.png', Buffer.concat([pngOf(pngHeader(16, 16), pngChunk('IDAT', rows)), Buffer.from(HTML)])),
    picture('png-text.png', pngOf(pngHeader(16, 16), text('tEXt', 'Comment\0'), pngChunk('IDAT', rows))),
    picture('png-own-chunk.png', pngOf(pngHeader(16, 16), text('htML', ''), pngChunk('IDAT', rows))),
    picture('jpeg-comment.jpg', Buffer.concat([jpeg.subarray(0, 2), marker, comment, jpeg.subarray(2)])),
    picture('jpeg-then-html.jpg', Buffer.concat([jpeg, Buffer.from(HTML)])),
    picture(
      'jpeg-exif.jpg',
      await plain
        .clone()
        .jpeg()
        .withExif({ IFD0: { ImageDescription: HTML } })
        .toBuffer(),
    ),
    picture('bmp-then-html.bmp', Buffer.concat([bmp, Buffer.from(HTML)])),
    picture(
      'tiff-then-svg.tif',
      Buffer.concat([makeTiff([{ width: 16, height: 16, pixel: (at) => at }], 8), Buffer.from(SVG)]),
    ),
    picture('webp-xmp.webp', withXmp),
  ];
}
