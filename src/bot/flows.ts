import { accessRequest, type AccessRequestContext } from '../../flows/access-request.ts';
import { finding, type FindingContext } from '../../flows/finding.ts';
import { link, type LinkContext } from '../../flows/link.ts';
import { personKey } from '../access/core/person.ts';
import { holdingKey } from '../chat/access-case.ts';
import type { Flow } from '../durable/port.ts';
import { retentionFlow } from '../durable/retention.ts';
import { accountKey } from './links.ts';

/**
 * What the effects of a request are. Calls to the perimeter stay in order; asking for the end drops what was not sent yet
 * (the perimeter keeps a tombstone for a request whose end overtook it). Cards are rendered from the newest snapshot, so only
 * the newest rendering need run.
 */
export const accessRequestFlow: Flow = {
  machine: accessRequest,
  commands: {
    registerRequest: { lane: 'perimeter' },
    forwardDecision: { lane: 'perimeter' },
    endGrant: { lane: 'perimeter', cancels: ['registerRequest', 'forwardDecision'] },
    refreshCards: { lane: 'cards', coalesces: true },
    remind: { lane: 'cards' },
    alarm: { lane: 'operators', coalesces: true },
  },
  columns(context) {
    // Our own machine's context, as it was stored.
    const { request, endsAt } = context as AccessRequestContext;
    return {
      requester: personKey(request.requester),
      holding: holdingKey(request.principal, request.entitlementId),
      endsAt: endsAt ?? null,
    };
  },
};

export const findingFlow: Flow = {
  machine: finding,
  commands: { refreshAlert: { lane: 'cards', coalesces: true }, announce: { lane: 'cards' } },
  columns(context) {
    const { seen } = context as FindingContext;
    return { checkId: seen.checkId, subjectId: seen.subjectId };
  },
};

export const linkFlow: Flow = {
  machine: link,
  commands: { tellLinked: { lane: 'people' }, tellUnlinked: { lane: 'people' } },
  columns(context) {
    const { account, person } = context as LinkContext;
    return { account: accountKey(account), person: personKey(person) };
  },
};

/** Every flow that the bot runs. */
export const BOT_FLOWS: readonly Flow[] = [accessRequestFlow, findingFlow, linkFlow, retentionFlow];
