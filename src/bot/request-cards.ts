import { personKey, samePerson } from '../access/core/person.ts';
import { accessCase } from '../chat/access-case.ts';
import type { People } from '../chat/people.ts';
import { requestFacts, type FactSources } from '../chat/request-facts.ts';
import type { RequestFacts } from '../chat/projections/request-view.ts';
import { requestView } from '../chat/projections/request-view.ts';
import { requesterView } from '../chat/projections/requester-view.ts';
import type { Message } from '../chat/surface.ts';
import { cardsOf, keyOfAddress } from './card-link.ts';
import type { Project, WantedCard } from './case-cards.ts';
import type { Channels } from './channels.ts';

/** An approver list longer than this is told in the channel only. */
const MOST_DIRECT = 20;

export interface RequestCardsOptions extends FactSources {
  readonly people: People;
  readonly channels: Channels;
}

/** The messages of an access request: in the approvers' channels, to approvers directly where wanted, and to the requester. */
export function requestCards(options: RequestCardsOptions): Project {
  return async (view) => {
    const request = accessCase(view);
    if (!request) return undefined;
    const facts = await requestFacts(options, request, true);
    const message: Message = { kind: 'request', view: requestView(facts) };
    const asked = [...channelCards(options, facts, message), ...(await directCards(options, facts, message))];
    return [...asked, ...standingCards(facts, message, asked), requesterCard(options, facts)];
  };
}

/** Posted before, and asked for no more (it is decided, or configuration has changed): kept true where they stand. */
function standingCards({ request }: RequestFacts, message: Message, asked: readonly WantedCard[]): readonly WantedCard[] {
  const keys = new Set(asked.map(({ key }) => key));
  return [...cardsOf(request.view)].flatMap(([key, { role }]) =>
    keys.has(key) || role === 'requester' ? [] : [{ key, role, message, postTo: [], mayRepost: false }],
  );
}

/** Approvers see a request once the perimeter knows it; one that was never shown need not be shown when it is over. */
function channelCards({ channels }: RequestCardsOptions, facts: RequestFacts, message: Message): readonly WantedCard[] {
  const { request } = facts;
  const isPending = request.status === 'pending';
  return channels.approvers(request.context.request.entitlementId).map((address) => ({
    key: keyOfAddress(address),
    role: 'approvers',
    message,
    postTo: isPending ? [address] : [],
    mayRepost: isPending,
  }));
}

async function directCards(
  { names, people }: RequestCardsOptions,
  { request, setting }: RequestFacts,
  message: Message,
): Promise<readonly WantedCard[]> {
  if (!setting?.tellApproversDirectly || request.status !== 'pending') return [];
  const { requester, principal } = request.context.request;
  const everybody = await names.everybodyIn(setting.tenantId, setting.approvers);
  // Names are a help here, the channel has the card: an approver group that cannot be read is no reason to wait.
  return [...(everybody ?? setting.approvers.people.map(({ objectId }) => objectId))]
    .map((objectId) => ({ tenantId: requester.tenantId, objectId }))
    .filter((approver) => !samePerson(approver, requester) && !samePerson(approver, principal))
    .slice(0, MOST_DIRECT)
    .map((approver) => ({
      key: `card/direct/${personKey(approver)}`,
      role: 'direct' as const,
      message,
      postTo: people.addressesOf(approver),
      mayRepost: false,
    }));
}

function requesterCard({ channels, people }: RequestCardsOptions, facts: RequestFacts): WantedCard {
  const { requester, entitlementId, askedVia } = facts.request.context.request;
  const places = channels.approvers(entitlementId);
  const reached = facts.setting?.tellApproversDirectly === true || places.some((address) => !channels.isUnfit(address));
  return {
    key: 'card/requester',
    role: 'requester',
    message: { kind: 'requester', view: requesterView(facts, reached ? 'reached' : 'unreachable') },
    postTo: askedVia ? [askedVia] : people.addressesOf(requester),
    mayRepost: !facts.request.over,
  };
}
