import { join } from 'node:path';
import { z } from 'zod';
import { nodeFiles } from '../../src/durable/stores/lowdb/node-files.ts';
import { readEntries } from '../../src/durable/stores/lowdb/read-entries.ts';
import type { Reply } from '../perimeter/support/world.ts';
import type { ApproveWorld } from '../perimeter/approve/support/approve-world.ts';

const problemSchema = z.object({ code: z.string() });
const stateSchema = z.object({ state: z.string() });
const UNDER_WAY = ['checking', 'giving', 'taking'];

/** Code of a problem document; undefined for an answer that is none. */
export function codeOf({ status, body }: Reply): string | undefined {
  return status >= 400 ? problemSchema.parse(body).code : undefined;
}

/** Why it was refused, once nothing is under way for it any more; undefined when it was given, or waits for somebody. */
export async function refusalOf(world: ApproveWorld, requestId: string): Promise<string | undefined> {
  const state = await settled(world, requestId);
  if (state !== 'refused') return undefined;
  const facts = await world.factsUntil(requestId, 'refused');
  return facts.flatMap((fact) => (fact.type === 'refused' ? [fact.code] : [])).at(-1);
}

/** The state of a grant in which nothing is under way. */
export async function settled(world: ApproveWorld, requestId: string): Promise<string> {
  for (;;) {
    const { state } = stateSchema.parse((await world.call('GET', `/grants/${requestId}`)).body);
    if (!UNDER_WAY.includes(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Everything in the tenant that access hangs on: who holds which role where, who is in which group and owns it, whose account is what. */
export function tenantNow({ microsoft: { tenant } }: ApproveWorld): string {
  const groups = tenant.directory.groups().map(({ id, memberIds, ownerIds }) => [id, memberIds.toSorted(), ownerIds.toSorted()]);
  const accounts = tenant.directory
    .users()
    .map(({ id, accountEnabled, userType, employeeId }) => [id, accountEnabled, userType, employeeId]);
  const held = tenant
    .holders()
    .map(({ principalId, roleDefinitionId }) => `${principalId} ${roleDefinitionId}`)
    .toSorted();
  return JSON.stringify({ groups, accounts, held, azure: tenant.azure.all() });
}

/** The newest line of the journal about this request, in words: `kind event → state`; `none` when there is none. */
export async function lastEntry({ ledger }: ApproveWorld, requestId: string): Promise<string> {
  let words = 'none';
  for await (const { line } of readEntries(nodeFiles, join(ledger, 'journal'), 0, Infinity)) {
    if (line.case !== requestId) continue;
    const events = line.events.map(({ type }) => type).join(', ');
    const state = typeof line.next.state === 'string' ? line.next.state : JSON.stringify(line.next.state);
    words = `${line.kind}${events === '' ? '' : ` ${events}`} → ${state}`;
  }
  return words;
}
