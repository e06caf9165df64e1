import { createRequire } from 'node:module';

/*
 * What electron-builder itself reads and writes archives, fuses, programs and its configuration with: its own copies, so that
 * what is checked is checked by the versions that made it.
 */
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('app-builder-lib'));

export const asar = fromBuilder('@electron/asar') as typeof import('@electron/asar');
export const fuses = fromBuilder('@electron/fuses') as typeof import('@electron/fuses');
export const resedit = fromBuilder('resedit') as typeof import('resedit');
