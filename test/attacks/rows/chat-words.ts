import { API_VERSION, API_VERSION_HEADER } from '../../../src/access/core/perimeter-api.ts';
import { BOT_APP, DORA, GUS, RELEASE_GROUP_ID, BUILD_PIPELINE_PRINCIPAL_ID } from '../../../src/playground/cast.ts';
import type { ApproveWorld } from '../../perimeter/approve/support/approve-world.ts';
import { ABEL, ANNA, GINA, RITA, TENANT_ID } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import type { Attack } from '../attack.ts';
import { codeOf, refusalOf, settled } from '../seen.ts';

/** What the bot's word alone may do at most: entitlements of assurance `chat`. */
const CHAT = { more: { assurance: 'chat', approvers: undefined } } as const;
const person = (objectId: string) => ({ tenantId: TENANT_ID, objectId });

const asked = {
  requester: RITA,
  principal: RITA,
  entitlementId: 'global-reader',
  durationMinutes: 30,
  justification: 'ticket 42',
  approvalWindowMinutes: 60,
};

async function given(
  world: ApproveWorld,
  requestId: string,
  different: Parameters<ApproveWorld['register']>[1] = {},
): Promise<void> {
  await world.register(requestId, different);
  await world.approve(requestId);
  const state = await settled(world, requestId);
  if (state !== 'active') throw new Error(`${requestId} is ${state}: ${(await refusalOf(world, requestId)) ?? ''}`);
}

async function ended(world: ApproveWorld, requestId: string): Promise<void> {
  world.advance(6);
  await world.end(requestId);
  await world.factsUntil(requestId, 'ended');
}

/** Asks, and lets an approver agree where it is taken at all; the code that it ends with. */
async function tried(
  world: ApproveWorld,
  requestId: string,
  different: Parameters<ApproveWorld['register']>[1] = {},
): Promise<string | undefined> {
  await world.register(requestId, different);
  await world.approve(requestId);
  return refusalOf(world, requestId);
}

async function givenBy(
  world: ApproveWorld,
  requestId: string,
  approver: typeof RITA,
  different: Parameters<ApproveWorld['register']>[1],
): Promise<void> {
  await world.register(requestId, different);
  await world.call('POST', `/grants/${requestId}/decisions`, { ...approval(`${requestId}-1`), approver });
  await world.factsUntil(requestId, 'given');
}

async function givenAndEnded(world: ApproveWorld, requestId: string): Promise<void> {
  await given(world, requestId);
  await ended(world, requestId);
}

const alone = (person_: typeof RITA) => ({ requester: person_, principal: person_ });

export const chatWords: readonly Attack[] = [
  {
    class: 'foreign receiver',
    name: 'registers for an object of the directory that is no person: the principal of an application',
    code: 'guardrail.principal-absent',
    journal: 'began → refused',
    about: 'foreign000003',
    wishes: { more: { ...CHAT.more, mayReceive: { groups: [RELEASE_GROUP_ID], people: [] } } },
    attack: (world) => tried(world, 'foreign000003', alone(person(BUILD_PIPELINE_PRINCIPAL_ID))),
    twin: (world) => givenBy(world, 'foreign000004', ANNA, alone(ABEL)),
  },
  {
    class: 'back-to-back renewal',
    name: 'asks again the moment the end came, so that the access never ends',
    code: 'guardrail.cool-down',
    journal: 'began → refused',
    about: 'renewal00002',
    wishes: { more: { ...CHAT.more, coolDownMinutes: 60 } },
    prepare: (world) => givenAndEnded(world, 'renewal00001'),
    attack: (world) => tried(world, 'renewal00002'),
    async twin(world) {
      world.advance(61);
      await given(world, 'renewal00003');
      await ended(world, 'renewal00003');
    },
  },
  {
    class: 'back-to-back renewal',
    name: 'renews under another name of the guardrails for the same role',
    code: 'guardrail.cool-down',
    journal: 'began → refused',
    about: 'renewal00005',
    wishes: { more: { ...CHAT.more, coolDownMinutes: 60 } },
    prepare: (world) => givenAndEnded(world, 'renewal00004'),
    attack: (world) => tried(world, 'renewal00005', { entitlementId: 'global-reader-again' }),
    async twin(world) {
      await given(world, 'renewal00006', { entitlementId: 'security-reader' });
    },
  },
  {
    class: 'budget',
    name: 'gives one person more often in a day than the guardrails allow',
    code: 'guardrail.daily-budget',
    journal: 'began → refused',
    about: 'budget000003',
    wishes: { more: { ...CHAT.more, atMostPerPrincipalPerDay: 2 } },
    async prepare(world) {
      await givenAndEnded(world, 'budget000001');
      await givenAndEnded(world, 'budget000002');
    },
    attack: (world) => tried(world, 'budget000003'),
    twin: (world) => given(world, 'budget000004', alone(ANNA)),
  },
  {
    class: 'budget',
    name: 'hands out one entitlement to more people at a time than the guardrails allow',
    code: 'guardrail.live-budget',
    journal: 'began → refused',
    about: 'budget000006',
    wishes: { more: { ...CHAT.more, atMostLive: 1 } },
    prepare: (world) => given(world, 'budget000005', alone(ANNA)),
    attack: (world) => tried(world, 'budget000006'),
    async twin(world) {
      await ended(world, 'budget000005');
      await given(world, 'budget000007');
    },
  },
  {
    class: 'named requester is not the principal',
    name: 'lets one person ask, and another one receive',
    code: 'guardrail.requester',
    journal: 'began → refused',
    about: 'another00001',
    wishes: CHAT,
    attack: (world) => tried(world, 'another00001', { requester: ANNA, principal: RITA }),
    twin: (world) => given(world, 'another00002', { requester: RITA, principal: RITA }),
  },
  {
    class: 'named requester is not the principal',
    name: 'lets the receiver approve what somebody else seems to have asked for',
    code: 'guardrail.self-approval',
    journal: 'transition decisionRefused → refused',
    about: 'another00003',
    wishes: CHAT,
    async attack(world) {
      await world.register('another00003');
      await world.call('POST', '/grants/another00003/decisions', { ...approval('another00003-1'), approver: RITA });
      return refusalOf(world, 'another00003');
    },
    twin: (world) => given(world, 'another00004'),
  },
  {
    class: 'guest, disabled, removed after the page opened',
    name: 'registers for a guest who is in the right group',
    code: 'guardrail.principal-guest',
    journal: 'began → refused',
    about: 'guest0000001',
    wishes: CHAT,
    prepare: (world) => join(world, GUS.objectId),
    attack: (world) => tried(world, 'guest0000001', alone(person(GUS.objectId))),
    twin: (world) => given(world, 'guest0000002'),
  },
  {
    class: 'guest, disabled, removed after the page opened',
    name: 'registers for somebody whose account is disabled',
    code: 'guardrail.principal-disabled',
    journal: 'began → refused',
    about: 'guest0000003',
    wishes: CHAT,
    prepare: (world) => join(world, DORA.objectId),
    attack: (world) => tried(world, 'guest0000003', alone(person(DORA.objectId))),
    twin: (world) => given(world, 'guest0000004'),
  },
  {
    class: 'edited duration, scope, principal',
    name: 'sends a request that was registered already again, for longer',
    code: 'grant.conflict',
    journal: 'began → registered',
    about: 'edited000001',
    wishes: CHAT,
    async attack(world) {
      await world.register('edited000001');
      return codeOf(await world.call('POST', '/grants', { requestId: 'edited000001', ...asked, durationMinutes: 60 }));
    },
    async twin(world) {
      await world.register('edited000001');
      await given(world, 'edited000001');
    },
  },
  {
    class: 'edited duration, scope, principal',
    name: 'sends it again for another person',
    code: 'grant.conflict',
    journal: 'began → registered',
    about: 'edited000002',
    wishes: CHAT,
    async attack(world) {
      await world.register('edited000002');
      return codeOf(await world.call('POST', '/grants', { requestId: 'edited000002', ...asked, ...alone(ANNA) }));
    },
    twin: (world) => given(world, 'edited000002'),
  },
  {
    class: 'edited duration, scope, principal',
    name: 'names an Azure scope for what is no Azure role',
    code: 'guardrail.scope',
    journal: 'began → refused',
    about: 'edited000003',
    wishes: CHAT,
    attack: (world) => tried(world, 'edited000003', { azureScope: '/subscriptions/00000000-0000-4000-8000-000000000001' }),
    twin: (world) => given(world, 'edited000004'),
  },
  {
    class: 'edited duration, scope, principal',
    name: 'asks for a minute more than the guardrails allow',
    code: 'guardrail.duration',
    journal: 'began → refused',
    about: 'edited000005',
    wishes: CHAT,
    attack: (world) => tried(world, 'edited000005', { durationMinutes: 61 }),
    twin: (world) => given(world, 'edited000006', { durationMinutes: 60 }),
  },
  {
    class: 'DELETE before POST',
    name: 'withdraws a request before it arrives, and then lets it be approved',
    code: 'withdrawn',
    journal: 'began → ended',
    about: 'deleted00001',
    wishes: CHAT,
    async attack(world) {
      await world.end('deleted00001', 'withdraw');
      await world.register('deleted00001');
      await world.approve('deleted00001');
      const facts = await world.factsUntil('deleted00001', 'ended');
      return facts.flatMap((fact) => (fact.type === 'ended' ? [fact.how] : [])).at(-1);
    },
    twin: (world) => given(world, 'deleted00002'),
  },
  {
    class: 'DELETE before POST',
    name: 'gives a reason that the perimeter does not know, so that the end is lost',
    code: 'request.malformed',
    journal: 'began → registered',
    about: 'deleted00003',
    wishes: CHAT,
    async attack(world) {
      await world.register('deleted00003');
      return codeOf(await world.call('DELETE', '/grants/deleted00003?reason=because'));
    },
    async twin(world) {
      await world.end('deleted00003', 'withdraw');
      if ((await settled(world, 'deleted00003')) !== 'ended') throw new Error('not ended');
    },
  },
  {
    class: 'concurrent duplicates',
    name: 'registers the same for the same person ten times at once, and approves each',
    code: 'grant.already-live',
    journal: 'none',
    wishes: CHAT,
    async attack(world) {
      const ids = Array.from({ length: 10 }, (_, at) => `twice00000${at}`);
      await Promise.all(ids.map((requestId) => world.register(requestId)));
      const codes = await Promise.all(ids.map((requestId) => refusalOf(world, requestId)));
      return codes.filter((code) => code === 'grant.already-live').length === 9 ? 'grant.already-live' : undefined;
    },
    async twin(world) {
      const ids = Array.from({ length: 10 }, (_, at) => `twice00000${at}`);
      const states = await Promise.all(ids.map((requestId) => settled(world, requestId)));
      const one = ids[states.indexOf('registered')];
      if (one === undefined || states.filter((state) => state === 'registered').length !== 1) throw new Error(states.join());
      await world.approve(one);
      await world.factsUntil(one, 'given');
    },
  },
  {
    class: 'concurrent duplicates',
    name: 'sends one decision id with two meanings at once',
    code: 'decision.conflict',
    journal: 'none',
    wishes: { more: { assurance: 'chat', approvers: undefined, mayReceive: { groups: [], people: [RITA] } } },
    async attack(world) {
      await world.register('twice000011');
      const one = { ...approval('twice000011-1'), decision: 'deny' };
      await world.call('POST', '/grants/twice000011/decisions', one);
      return codeOf(await world.call('POST', '/grants/twice000011/decisions', { ...one, approver: GINA }));
    },
    twin: (world) => given(world, 'twice000012'),
  },
  {
    class: 'feed and page reading by strangers',
    name: 'a stranger without a token reads the feed',
    code: 'caller.unauthenticated',
    journal: 'none',
    wishes: CHAT,
    attack: async (world) => codeOf(await world.call('GET', '/events?after=0', undefined, { authorization: '' })),
    async twin(world) {
      if ((await world.call('GET', '/events?after=0')).status !== 200) throw new Error('the bot may not read');
    },
  },
  {
    class: 'feed and page reading by strangers',
    name: 'a stranger says in the headers of the platform that they are the bot',
    code: 'caller.unauthenticated',
    journal: 'none',
    wishes: CHAT,
    attack: async (world) =>
      codeOf(
        await world.call('GET', '/grants/anything0001', undefined, {
          authorization: '',
          'x-ms-client-principal-id': BOT_APP.principalId,
          'x-ms-client-principal': Buffer.from(JSON.stringify({ claims: [{ typ: 'roles', val: 'Access.Give' }] })).toString(
            'base64',
          ),
          'x-ms-client-principal-idp': 'aad',
        }),
      ),
    async twin(world) {
      const { status } = await world.call('GET', '/guardrails', undefined, { [API_VERSION_HEADER]: API_VERSION });
      if (status !== 200) throw new Error(`answered ${status}`);
    },
  },
  {
    class: 'odd and confusable Unicode bodies',
    name: 'names an entitlement with a letter of another alphabet that looks the same',
    code: 'guardrail.entitlement',
    journal: 'began → refused',
    about: 'unicode00001',
    wishes: CHAT,
    attack: (world) => tried(world, 'unicode00001', { entitlementId: 'globаl-reader' }),
    twin: (world) => given(world, 'unicode00002', { entitlementId: 'global-reader' }),
  },
  {
    class: 'odd and confusable Unicode bodies',
    name: 'sends the same key twice, spelt with an escape the second time',
    code: 'guardrail.duration',
    journal: 'began → refused',
    about: 'unicode00003',
    wishes: CHAT,
    async attack(world) {
      const body = JSON.stringify({ requestId: 'unicode00003', ...asked }).replace('}', '}');
      const twice = `${body.slice(0, -1)},"duration\\u004dinutes":600}`;
      await world.call('POST', '/grants', twice, { 'content-type': 'application/json' });
      return refusalOf(world, 'unicode00003');
    },
    async twin(world) {
      const body = JSON.stringify({ requestId: 'unicode00004', ...asked });
      await world.call('POST', '/grants', body, { 'content-type': 'application/json' });
      await given(world, 'unicode00004');
    },
  },
  {
    class: 'odd and confusable Unicode bodies',
    name: 'makes an id that two readers could take for different ones',
    code: 'request.malformed',
    journal: 'none',
    wishes: CHAT,
    attack: async (world) => codeOf(await world.call('POST', '/grants', { requestId: 'unicode\u200b00005', ...asked })),
    twin: (world) => given(world, 'unicode00005'),
  },
  {
    class: 'flood',
    name: 'registers so often that nothing else could get through',
    code: 'caller.limited',
    journal: 'none',
    wishes: { ...CHAT, callerLimits: { registerPerMinute: 3 } },
    prepare: (world) => given(world, 'flood0000001'),
    async attack(world) {
      for (let at = 0; at < 8; at += 1)
        await world.call('POST', '/grants', { requestId: `flood100000${at}`, ...asked, ...alone(GINA) });
      return codeOf(await world.call('POST', '/grants', { requestId: 'flood2000001', ...asked }));
    },
    // Ending has a budget of its own.
    twin: (world) => ended(world, 'flood0000001'),
  },
  {
    class: 'flood',
    name: 'sends a body larger than any honest one',
    code: 'request.too-large',
    journal: 'none',
    wishes: CHAT,
    attack: async (world) =>
      codeOf(await world.call('POST', '/grants', { requestId: 'flood3000001', ...asked, justification: 'x'.repeat(100_000) })),
    twin: (world) => given(world, 'flood3000001', { justification: 'x'.repeat(500) }),
  },
];

function join({ microsoft }: ApproveWorld, objectId: string): Promise<void> {
  const engineers = microsoft.tenant.directory.groups().find(({ memberIds }) => memberIds.includes(RITA.objectId));
  if (engineers === undefined) throw new Error('no group of Rita');
  microsoft.tenant.directory.addMember(engineers.id, objectId, {
    kind: 'user',
    id: GINA.objectId,
    objectId: GINA.objectId,
    name: 'Gina Global',
  });
  return Promise.resolve();
}
