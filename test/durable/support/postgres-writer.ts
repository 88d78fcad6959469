/**
 * A process of its own that writes to a database until it is ended: told on its standard output what was acknowledged, one JSON object a
 * line. Arguments: the setting as JSON, a name, the length of its lease, the armed point `point#n` or an empty string, and `hang` or
 * `stop`: what it does there.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { AppError, codeOf } from '../../../src/access/core/app-error.ts';
import { transportClock } from '../../../src/access/core/clock.ts';
import type { Runtime } from '../../../src/durable/port.ts';
import { openRuntime } from '../../../src/durable/runtime.ts';
import { bot, doorFlow } from './durable-world.ts';

const [, , setting = '', name = '', leaseMs = '', armed = '', deed = ''] = process.argv;
const tell = (what: object) => writeSync(1, `${JSON.stringify(what)}\n`);

const [wanted, nth] = armed.split('#');
let passages = 0;
subscribe('hallpass.point', (message) => {
  if (Reflect.get(message as object, 'name') !== wanted || ++passages !== Number(nth)) return;
  tell({ at: wanted });
  if (deed === 'stop') process.kill(process.pid, 'SIGSTOP');
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});

async function open(): Promise<Runtime> {
  for (;;) {
    try {
      return await openRuntime({
        flows: [doorFlow],
        store: { postgres: JSON.parse(setting) },
        clock: transportClock,
        log: pino({ level: 'silent' }),
        limits: { leaseMs: Number(leaseMs) },
        onFatal(error) {
          tell({ fatal: error.code });
          process.exit(1);
        },
      });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'store.locked') throw error;
      await sleep(error.retryAfterMs);
    }
  }
}

/** Begins cases and writes notes into them, some beside each other, so that several share a transaction. */
async function write(runtime: Runtime, lane: number): Promise<never> {
  for (let count = 0; ; count++) {
    const caseId = `${name}-${lane}-${count}`;
    await runtime.begin('door', caseId, { minutes: 5 }, bot);
    tell({ began: caseId });
    const text = `text of ${caseId}`;
    const { textDigest } = await runtime.putText(caseId, text);
    tell({ text, caseId, textDigest });
    for (const note of ['one', 'two']) {
      await runtime.send(caseId, { type: 'stay', note }, bot);
      tell({ note, caseId, ...runtime.head() });
    }
  }
}

const runtime = await open();
tell({ open: name });
// A commit that fails is only told: the next line of the story is what a stale writer would do.
for (const lane of [1, 2, 3]) write(runtime, lane).catch((error: unknown) => tell({ refused: codeOf(error) }));
