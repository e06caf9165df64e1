import { extname } from 'node:path';

/** Endings under which a file claims to be a picture, including kinds that are then refused by name. */
const pictureEndings: ReadonlySet<string> = new Set(
  '.jpg .jpeg .jpe .jfif .png .bmp .dib .tif .tiff .webp .gif .svg .heic .heif .avif .jp2 .raw'.split(' '),
);
/** What programs write to before they rename: never a finished picture. */
const unfinished = /(~|\.(tmp|temp|part|partial|crdownload|filepart|swp|lock))$/i;

/** Hidden entries (also folders) and unfinished files are no concern of ours. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith('.') || unfinished.test(name);
}

/**
 * Whether a file claims to be a picture: by its ending, or because it has none. The claim is then checked against its bytes;
 * a CSV or text file beside the pictures makes none and is passed over silently.
 */
export function claimsToBePicture(name: string): boolean {
  // Dots and spaces at the end are what a share with Windows rules would have dropped.
  const ending = extname(name.replace(/[. ]+$/, '')).toLowerCase();
  return ending === '' || pictureEndings.has(ending);
}

/** Whether a file beside the pictures may say something of them. */
export function isSideCarName(name: string): boolean {
  return /\.(json|csv)$/i.test(name);
}

/** A picture's name without its ending, by which side-cars call it: `A.png`, `A.png.json` and `A.json` speak of `A`. */
export function stemOf(name: string): string {
  const bare = name.replace(/\.json$/i, '');
  const ending = extname(bare);
  return pictureEndings.has(ending.toLowerCase()) ? bare.slice(0, -ending.length) : bare;
}
