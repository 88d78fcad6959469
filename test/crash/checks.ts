import { SLACK, TEAMS } from '../../src/playground/cast.ts';
import { CHAT_ENTITLEMENTS } from '../../src/playground/entitlements.ts';
import type { World } from '../../src/playground/world.ts';
import { channel, conversation, wordsOf } from '../support/acting.ts';
import { chainFaults, grantsOf, requestsOf } from './records.ts';

const OURS = new Set<string>(CHAT_ENTITLEMENTS.map(({ roleDefinitionId }) => roleDefinitionId));

/** Why the two processes are not at rest yet; empty when nothing is under way. */
export function unrest(world: World): string[] {
  const grants = grantsOf(world);
  const requests = requestsOf(world);
  const reasons: string[] = [];
  for (const { caseId, state, pending, context } of grants.values()) {
    if (state === 'active' && Date.parse(context.endsAt ?? '') <= world.clock.now())
      reasons.push(`grant ${caseId} is over since ${context.endsAt ?? ''}`);
    if (['checking', 'giving', 'taking'].includes(state)) reasons.push(`grant ${caseId} is ${state}`);
    if (pending.size > 0) reasons.push(`grant ${caseId} has ${[...pending].join(', ')} to do`);
  }
  for (const { caseId, state, pending } of requests.values()) {
    if (['registering', 'giving', 'denying', 'ending'].includes(state))
      reasons.push(`request ${caseId} is ${state}, its grant ${grants.get(caseId)?.state ?? 'unknown'}`);
    if (pending.size > 0) reasons.push(`request ${caseId} has ${[...pending].join(', ')} to do`);
    const grant = grants.get(caseId);
    if (state === 'active' && grant?.state !== 'active')
      reasons.push(`request ${caseId} is active, its grant ${grant?.state ?? 'unknown'}`);
    if (state === 'waitingForApproval' && grant?.state !== 'registered')
      reasons.push(`request ${caseId} waits, its grant is ${grant?.state ?? 'unknown'}`);
  }
  for (const fault of mismatches(world)) reasons.push(fault);
  return reasons;
}

/** The tenant holds exactly the grants that should be live: no more, no less, and each under its own name where Entra keeps one. */
export function mismatches(world: World): string[] {
  const expected = new Map<string, string>();
  for (const { caseId, state, context } of grantsOf(world).values()) {
    if (state !== 'active' || context.opening.kind !== 'open' || context.opening.target.kind !== 'directoryRole') continue;
    const { registration, target } = context.opening;
    expected.set(`${registration.principal.objectId} ${target.roleDefinitionId}`, caseId);
  }
  const held = world.microsoft.tenant
    .holders()
    .filter(({ madeBy, roleDefinitionId }) => madeBy !== 'outside' && OURS.has(roleDefinitionId));
  const faults: string[] = [];
  for (const { principalId, roleDefinitionId, ticketNumber } of held) {
    const grant = expected.get(`${principalId} ${roleDefinitionId}`);
    if (grant === undefined) faults.push(`held without a live grant: ${principalId} ${roleDefinitionId} ${ticketNumber ?? ''}`);
    else if (ticketNumber !== undefined && ticketNumber !== grant)
      faults.push(`held under ${ticketNumber}, the ledger says ${grant}`);
  }
  const pairs = new Set(held.map(({ principalId, roleDefinitionId }) => `${principalId} ${roleDefinitionId}`));
  if (pairs.size !== held.length) faults.push('one principal holds one role twice');
  for (const [pair, grant] of expected) if (!pairs.has(pair)) faults.push(`live in the ledger, not held: ${grant} ${pair}`);
  return faults;
}

/** What must be true at every moment at rest, and no later event can heal. */
export function violations(world: World): string[] {
  return [
    ...chainFaults(world.journals.bot.lines).map((fault) => `bot journal: ${fault}`),
    ...chainFaults(world.journals.perimeter.lines).map((fault) => `perimeter journal: ${fault}`),
    ...writesOutOfOrder(world),
    ...lostDecisions(world),
    ...secondCards(world),
    ...poisoned(world),
  ];
}

/** In the tenant's own audit, gives and ends of one principal and role alternate, and no ticket is given twice. */
function writesOutOfOrder(world: World): string[] {
  const live = new Map<string, string>();
  const given = new Set<string>();
  const faults: string[] = [];
  for (const { action, principalId = '', roleDefinitionId = '', ticketNumber, assignmentId = '', seq } of world.microsoft.tenant
    .audit.entries) {
    if (!OURS.has(roleDefinitionId)) continue;
    const pair = `${principalId} ${roleDefinitionId}`;
    if (action === 'role.given') {
      if (live.has(pair)) faults.push(`audit ${seq}: ${pair} given while held`);
      if (ticketNumber !== undefined && given.has(ticketNumber)) faults.push(`audit ${seq}: ${ticketNumber} given twice`);
      if (ticketNumber !== undefined) given.add(ticketNumber);
      live.set(pair, assignmentId);
    }
    if (action === 'role.taken' || action === 'role.ended') {
      if (!live.has(pair)) faults.push(`audit ${seq}: ${pair} taken while not held`);
      live.delete(pair);
    }
  }
  return faults;
}

/** A decision that the bot committed is in the perimeter's record, unless the grant was over before it could arrive. */
function lostDecisions(world: World): string[] {
  const grants = grantsOf(world);
  return [...requestsOf(world).values()].flatMap(({ caseId, context, state }) => {
    const { decision } = context;
    const grant = grants.get(caseId);
    if (decision === undefined || grant === undefined || !['active', 'ended', 'refused'].includes(state)) return [];
    if (
      grant.context.decisions.some(
        ({ approver, decision: word }) => approver.objectId === decision.approver.objectId && word === decision.decision,
      )
    )
      return [];
    return grant.state === 'ended' || grant.state === 'refused' ? [] : [`decision on ${caseId} is not in the ledger`];
  });
}

/** At most one message of a case in a channel has buttons that decide. */
function secondCards(world: World): string[] {
  return [...requestsOf(world).keys()].flatMap((caseId) => {
    const slack = channel(world, SLACK.approversChannelId).filter(
      ({ blocks }) => wordsOf(blocks).includes(caseId) && wordsOf(blocks).includes('"action_id":"approve"'),
    );
    const teams = conversation(world, TEAMS.approversConversationId).filter(
      ({ cards }) => wordsOf(cards).includes(caseId) && wordsOf(cards).includes('"verb":"approve"'),
    );
    return [
      slack.length > 1 ? `${caseId} has ${slack.length} live cards in Slack` : '',
      teams.length > 1 ? `${caseId} has ${teams.length} live cards in Teams` : '',
    ].filter((fault) => fault !== '');
  });
}

function poisoned(world: World): string[] {
  return [...requestsOf(world).values(), ...grantsOf(world).values()]
    .filter(({ status }) => status === 'poisoned')
    .map(({ caseId }) => `${caseId} is poisoned`);
}
