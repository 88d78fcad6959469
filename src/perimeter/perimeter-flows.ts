import type { Flow } from '../durable/port.ts';
import { retentionFlow } from '../durable/retention.ts';
import { freezeFlow } from './freeze/freeze-desk.ts';
import { grantFlow } from './grant-flow.ts';
import { doubtFlow } from './ledger/doubt-desk.ts';
import { refusalsFlow } from './refusals.ts';

/** Every flow of the perimeter's ledger. */
export const perimeterFlows: readonly Flow[] = [grantFlow, freezeFlow, doubtFlow, refusalsFlow, retentionFlow];
