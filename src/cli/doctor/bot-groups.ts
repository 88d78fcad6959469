import type { HallpassConfig } from '../../config/hallpass-config.ts';
import type { BotTenant } from '../../config/bot-tenants.ts';
import { authenticationContext } from './authentication-context.ts';
import { azureSight } from './bot/azure-sight.ts';
import { type BotTenantParts, openBotTenantParts, type SeenHead } from './bot/bot-tenant-parts.ts';
import { consoleRegistration } from './bot/console-registration.ts';
import { guardrails } from './bot/guardrails.ts';
import { ledger } from './bot/ledger.ts';
import { perimeter } from './bot/perimeter.ts';
import type { Check } from './check.ts';
import { clock } from './clock.ts';
import { type Group, groupOf } from './examine.ts';
import { graph } from './graph.ts';
import { graphReads } from './graph-reads.ts';
import { graphWrites } from './graph-writes.ts';
import { licences } from './licences.ts';
import { ownCredential } from './own-credential.ts';
import { slackChannels } from './slack/channels.ts';
import { slackDelivery } from './slack/delivery.ts';
import { slackScopes } from './slack/scopes.ts';
import { openSlackParts, type SlackParts } from './slack/slack-parts.ts';
import { slackToken } from './slack/token.ts';
import { store } from './store.ts';
import { teamsApp } from './teams/app.ts';
import { teamsChannels } from './teams/channels.ts';
import { teamsSecret } from './teams/secret.ts';
import { openTeamsParts, type TeamsParts } from './teams/teams-parts.ts';
import { teamsToken } from './teams/token.ts';
import { token } from './token.ts';

export const TENANT_CHECKS: readonly Check<BotTenantParts>[] = [
  token,
  graph,
  clock,
  graphReads,
  graphWrites,
  licences,
  ownCredential,
  azureSight,
  perimeter,
  guardrails,
  ledger,
  authenticationContext,
  consoleRegistration,
];
export const SLACK_CHECKS: readonly Check<SlackParts>[] = [slackToken, slackScopes, slackDelivery, slackChannels];
export const TEAMS_CHECKS: readonly Check<TeamsParts>[] = [teamsToken, teamsSecret, teamsApp, teamsChannels];
export const MACHINE_CHECKS = [store];

/** What is looked at with the bot's own file and identities, tenant by tenant. `seenHead`: what the bot remembers of a ledger. */
export function botGroups(config: HallpassConfig, seenHead: SeenHead): readonly Group[] {
  const { tenants, slack, teams } = config;
  const named = ({ name, tenantId }: BotTenant) => (name === tenantId.toLowerCase() ? name : `${name} (${tenantId})`);
  return [
    ...tenants.map((tenant) =>
      groupOf(`Bot in ${named(tenant)}`, () => openBotTenantParts(config, tenant, seenHead), TENANT_CHECKS),
    ),
    ...(slack === undefined ? [] : [groupOf('Slack', () => openSlackParts(config, slack), SLACK_CHECKS)]),
    ...(teams === undefined
      ? []
      : [
          groupOf(
            'Teams',
            () => openTeamsParts(config, { ...teams, tenantIds: tenants.map(({ tenantId }) => tenantId) }),
            TEAMS_CHECKS,
          ),
        ]),
    groupOf('This machine', () => ({ setting: config.store }), MACHINE_CHECKS),
  ];
}
