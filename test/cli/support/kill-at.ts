/** Preloaded (`node --import`): ends the process, as a power cut would, at the n-th passage of a named point. `HALLPASS_KILL_AT=point#n`. */
import { subscribe } from 'node:diagnostics_channel';

const [wanted = '', nth = '1'] = (process.env['HALLPASS_KILL_AT'] ?? '').split('#');
let passages = 0;

subscribe('hallpass.point', (message) => {
  if (typeof message !== 'object' || message === null || Reflect.get(message, 'name') !== wanted) return;
  passages += 1;
  if (passages === Number(nth)) process.kill(process.pid, 'SIGKILL');
});
