import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_VERSION } from '../../../src/access/core/perimeter-api.ts';
import { walkApi } from './api-walk.ts';
import { ANNA, RITA } from './perimeter-config.ts';
import { startWorld } from './world.ts';

// node test/perimeter/support/record-api.ts
// Stores what a bot asks and a perimeter answers today, under today's version. A version that was released is not recorded again: whoever
// changes a shape gives it a new one.

const request = {
  requester: RITA,
  principal: RITA,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
  breakGlass: false,
};
const approve = { decisionId: 'd1', decision: 'approve', approver: ANNA, decidedAt: '2026-03-01T08:00:00.000Z' };
const asked = [
  { name: 'register', method: 'POST', path: '/grants', body: { ...request, requestId: 'recorded0001' } },
  {
    name: 'register again with other content',
    method: 'POST',
    path: '/grants',
    body: { ...request, requestId: 'recorded0001', durationMinutes: 31 },
  },
  {
    name: 'register what is not given',
    method: 'POST',
    path: '/grants',
    body: { ...request, requestId: 'recorded0002', entitlementId: 'unknown-role' },
  },
  { name: 'register without a word', method: 'POST', path: '/grants', body: { requestId: 'recorded0003' } },
  { name: 'state', method: 'GET', path: '/grants/recorded0001' },
  { name: 'state of nothing', method: 'GET', path: '/grants/recorded0009' },
  { name: 'decide', method: 'POST', path: '/grants/recorded0001/decisions', body: approve },
  { name: 'facts of recorded0001 until given', method: 'GET', path: '/events?after=0&waitSeconds=0' },
  { name: 'guardrails', method: 'GET', path: '/guardrails' },
  { name: 'end', method: 'DELETE', path: '/grants/recorded0001?reason=release' },
  { name: 'end before it was registered', method: 'DELETE', path: '/grants/recorded0004?reason=withdraw' },
  { name: 'end for no reason', method: 'DELETE', path: '/grants/recorded0001?reason=whim' },
  { name: 'facts of nobody', method: 'GET', path: '/events?after=99999' },
];

const world = await startWorld();
try {
  const folder = join(import.meta.dirname, '../fixtures');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `api@${API_VERSION}.json`);
  writeFileSync(file, `${JSON.stringify(await walkApi(world, asked, API_VERSION), undefined, 2)}\n`);
  process.stdout.write(`${file}\n`);
} finally {
  await world.close();
}
