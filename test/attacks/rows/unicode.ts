import { asked, CHAT, given, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf, refusalOf } from '../seen.ts';

/** Text that is not what it looks like. */
export const unicode: readonly Attack[] = [
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
];
