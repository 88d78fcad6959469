import { GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { CHAT, given } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf, refusalOf, settled } from '../seen.ts';

/** The right calls in the wrong order, or all at once. */
export const orders: readonly Attack[] = [
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
];
