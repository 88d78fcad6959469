import { z } from 'zod';
import { REFUSALS_FLOW } from '../../src/perimeter/refusals.ts';
import { journalLines } from '../perimeter/support/journal-lines.ts';
import type { Reply } from '../perimeter/support/world.ts';
import type { ApproveWorld } from '../perimeter/approve/support/approve-world.ts';
import type { Attack } from './attack.ts';

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
export async function lastEntry({ ledger }: ApproveWorld, { about, journal }: Attack): Promise<string> {
  const isMeant = (name: string) => (typeof about === 'string' ? name === about : about?.test(name) === true);
  const newest = new Map<string, string>();
  for (const line of await journalLines(ledger)) {
    if (line.kind === 'note' || (!isMeant(line.case) && !isMeant(line.flow))) continue;
    const events = line.events.map(({ type }) => type).join(', ');
    const state = typeof line.next.state === 'string' ? line.next.state : JSON.stringify(line.next.state);
    newest.set(line.case, `${line.kind}${events === '' ? '' : ` ${events}`} → ${state}`);
  }
  const words = [...newest.values()];
  return words.find((one) => one === journal) ?? words.at(-1) ?? 'none';
}

/** It is written after the answer. */
const ENTRY_PATIENCE_MS = 5_000;

/** The entry that counts such a refusal, in words, among the lines after the first so many; undefined when there is none. */
export async function refusalEntry({ ledger }: ApproveWorld, attack: Attack, after: number): Promise<string | undefined> {
  const { code, refusedAs = code, refusedAt } = attack;
  for (const until = Date.now() + ENTRY_PATIENCE_MS; Date.now() < until; ) {
    const events = (await journalLines(ledger)).slice(after).flatMap((line) => (line.flow === REFUSALS_FLOW ? line.events : []));
    const found = events.find((event) => event['code'] === refusedAs && event['call'] === refusedAt);
    if (found !== undefined) return `refused ${refusedAs} (${refusedAt ?? ''})`;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}
