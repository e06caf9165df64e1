import { openStore } from '#core/store/open.ts';
import { carryOut, dataOf } from './deletion-site.ts';

/** Carries out the deletion of a site, so that it can be killed at the Nth step of it: a statement that writes. */
const [root = '', at = '0'] = process.argv.slice(2);
const store = openStore(dataOf(root));
let left = Number(at);
const write = {
  ...store.write,
  run: (...args: Parameters<typeof store.write.run>) => {
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
    return store.write.run(...args);
  },
};
await carryOut({ ...store, write }, root);
store.close();
