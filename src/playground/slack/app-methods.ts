import { type Method, TIER } from './method.ts';

export const APP_METHODS: Readonly<Record<string, Method>> = {
  'api.test': { token: 'any', scopes: () => [], perMinute: TIER.special, run: () => ({ ok: true }) },
  'auth.test': {
    token: 'any',
    scopes: () => [],
    perMinute: TIER.special,
    run: ({ workspace: { seed } }) => ({
      ok: true,
      url: `https://${seed.teamDomain}.slack.com/`,
      team: seed.teamName,
      user: 'hallpass',
      team_id: seed.teamId,
      user_id: seed.botUserId,
      bot_id: seed.botId,
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': {
    token: 'app',
    scopes: () => [],
    // Tier 1 is one a minute; Slack's page adds that bursts are tolerated, and a client that reconnects needs some.
    perMinute: 20,
    run: ({ socketUrl }) => ({ ok: true, url: socketUrl() }),
  },
};
