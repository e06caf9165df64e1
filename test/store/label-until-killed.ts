import { addCamera, ensureLine } from '#core/store/cameras.ts';
import { addClass } from '#core/store/classes.ts';
import { admitPicture } from '#core/store/images.ts';
import { addLabel } from '#core/store/labels.ts';
import { openStore } from '#core/store/open.ts';
import { picture } from './picture.ts';

/** Labels one picture over and over, and tells the parent of each label that the store has acknowledged. */
const { write } = openStore(process.argv[2] ?? '');
const cameraId = addCamera(write, { lineId: ensureLine(write, 'line'), name: 'camera', folder: '/pictures', atMs: 1 });
const { imageId } = admitPicture(write, picture(cameraId, 1));
const classId = addClass(write, { name: 'OK', isGood: true, atMs: 1 });
const labelOn = (): void => {
  const id = addLabel(write, { imageId, classId, source: 'teach', who: 'a', atMs: Date.now() });
  process.send?.(id);
  setImmediate(labelOn);
};
labelOn();
