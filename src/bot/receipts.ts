import type { Runtime, CommandContext } from '../durable/port.ts';
import { accessCase, type AccessCase } from '../chat/access-case.ts';
import { zoneOf, type FactSources } from '../chat/request-facts.ts';
import { duration, entitlementWords, named, type KnownPeople } from '../chat/projections/words.ts';
import type { Channels, Surfaces } from './channels.ts';
import { timeIn } from '../chat/projections/zone.ts';
import { replyToCards } from './reply-to-cards.ts';

/**
 * Edits are silent. What the requester waits for is also said beside their message, once each: that it is given, and, when it is
 * over, the receipt.
 */
export async function sayReceipts(
  {
    surfaces,
    channels,
    runtime,
    names,
    settings,
  }: FactSources & { readonly surfaces: Surfaces; readonly channels: Channels; readonly runtime: Runtime },
  context: CommandContext,
): Promise<void> {
  const request = accessCase(runtime.read(context.view().caseId));
  if (!request || (request.status !== 'active' && !request.over)) return;
  const { request: asked, decision } = request.context;
  const people = await names.known(decision ? [decision.approver] : [], true);
  const what = entitlementWords(settings.get(asked.entitlementId), asked.entitlementId).name;
  const text = request.over ? receipt(request, what, people) : given(request, what, zoneOf(runtime, request));
  await replyToCards({
    surfaces,
    channels,
    context,
    roles: ['requester'],
    name: request.over ? 'over' : 'given',
    text,
    attempt: 0,
  });
}

function given({ context: { endsAt } }: AccessCase, what: string, zone: string | undefined): string {
  const there = zone === undefined || endsAt === undefined ? '' : ` (${timeIn(zone, endsAt)})`;
  return `${what} is given, until ${utc(endsAt)}${there}.`;
}

function receipt({ caseId, status, context }: AccessCase, what: string, people: KnownPeople): string {
  const { decision, givenAt, endedAt, confirmedAt, request } = context;
  const decided = decision
    ? `${decision.decision === 'approve' ? 'approved' : 'denied'} by ${named(people, decision.approver).name} ${utc(decision.decidedAt)}`
    : 'not decided';
  const parts = [
    `${what} for ${duration(request.durationMinutes)}`,
    decided,
    givenAt === undefined ? 'never given' : `given ${utc(givenAt)}`,
    `${status === 'refused' ? 'refused' : 'over'} ${utc(endedAt)}`,
    ...(confirmedAt === undefined ? [] : [`confirmed gone ${utc(confirmedAt)}`]),
    `request ${caseId}`,
  ];
  return `Receipt: ${parts.join(' · ')}`;
}

/** `2026-11-21 14:31 UTC`: a note is plain text, which no client fills in, and a receipt is a record. The card has the seconds. */
function utc(instant: string | undefined): string {
  return instant === undefined ? '(not known)' : `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
