import { GINA } from '../../perimeter/support/perimeter-config.ts';
import { alone, asked, CHAT, ended, given } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { codeOf } from '../seen.ts';

/** Too much of everything. */
export const floods: readonly Attack[] = [
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
