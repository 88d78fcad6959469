import { API_VERSION, API_VERSION_HEADER } from '../../../src/access/core/perimeter-api.ts';
import { BOT_APP } from '../../../src/playground/cast.ts';
import { CHAT } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf } from '../seen.ts';

/** Who looks, and has no business here. */
export const strangers: readonly Attack[] = [
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
];
