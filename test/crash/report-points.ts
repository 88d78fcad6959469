/**
 * Preloaded (`node --import`) into bot and perimeter by the crash harness only. At the n-th passage of the armed point the process writes one
 * line to the pipe on fd 3 and stops as a whole, until the harness kills it by its process id. What is armed stands in a file of the
 * harness, read once, when the process starts: `point#n`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PIPE = 3;
const role = process.argv.includes('perimeter') ? 'perimeter' : 'bot';
const [wanted = '', nth = '1'] = readFileSync(join(process.env['HALLPASS_CRASH_FOLDER'] ?? '', role), 'utf8')
  .trim()
  .split('#');
let passages = 0;

subscribe('hallpass.point', (message) => {
  const name = typeof message === 'object' && message !== null ? String(Reflect.get(message, 'name')) : '';
  if (name !== wanted) return;
  passages += 1;
  if (passages !== Number(nth)) return;
  writeSync(PIPE, `${name}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
