import { ANNA, BOT_APP, ENGINEERS_GROUP_ID, ROLES, SLACK, TENANT_ID } from '../../src/playground/cast.ts';
import type { SlackFarEnd } from '../../src/playground/slack/start.ts';
import type { TenantModel } from '../../src/playground/microsoft/tenant/tenant-model.ts';

export const ENTITLEMENT_ID = 'global-reader';
export const NEEDS = { stages: [1], requesterSigns: false, assurance: 'chat' } as const;
export const ROLE = { kind: 'directoryRole', roleDefinitionId: ROLES.globalReader, directoryScopeId: '/' } as const;

/** One of many made-up people, and the one request of theirs that the bench knows. */
export interface BenchPerson {
  readonly objectId: string;
  readonly slackUserId: string;
  readonly slackChannelId: string;
  readonly caseId: string;
  readonly name: string;
}

export const personOf = ({ objectId }: { readonly objectId: string }) => ({ tenantId: TENANT_ID, objectId });

/** `from`: so that two measurements of one tenant do not meet. */
export function benchPeople(count: number, from = 0): readonly BenchPerson[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const letters = number.toString(36).toUpperCase().padStart(6, '0');
    return {
      objectId: `be9c0000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
      slackUserId: `U1${letters}`,
      slackChannelId: `D1${letters}`,
      caseId: `bench${number.toString(36).padStart(10, '0')}`,
      name: `Person ${number}`,
    };
  });
}

/** They exist in the tenant, and may receive what is asked for. */
export function joinTenant(tenant: TenantModel, people: readonly BenchPerson[]): void {
  const actor = { kind: 'application', id: BOT_APP.clientId, objectId: BOT_APP.principalId, name: 'bench' } as const;
  for (const { objectId, name } of people) {
    const userPrincipalName = `${name.replace(' ', '.').toLowerCase()}@playground.example`;
    tenant.directory.addUser({ id: objectId, displayName: name, userPrincipalName }, actor);
  }
  const known = tenant.directory.group(ENGINEERS_GROUP_ID)?.memberIds ?? [];
  tenant.directory.addGroup(
    {
      id: ENGINEERS_GROUP_ID,
      displayName: 'Platform engineers',
      memberIds: [...known, ...people.map(({ objectId }) => objectId)],
    },
    actor,
  );
}

/** They are in the workspace; each has the message about their request, and the approvers' channel a card for it. */
export function joinSlack(slack: SlackFarEnd, people: readonly BenchPerson[]): void {
  const { botUserId, botId, appId } = slack.model.seed;
  for (const { slackUserId, slackChannelId, name, caseId } of people) {
    slack.model.putUser({ id: slackUserId, name: name.toLowerCase(), realName: name, title: 'Engineer', isBot: false });
    slack.model.putChannel({ id: slackChannelId, name: '', kind: 'im', members: [slackUserId, botUserId] });
    const message = { type: 'message', ts: cardTs(caseId), user: botUserId, bot_id: botId, app_id: appId, text: caseId } as const;
    slack.model.addMessage(slackChannelId, message);
    slack.model.addMessage(SLACK.approversChannelId, { ...message, blocks: [cardBlock(caseId)] });
  }
}

/** Made of the case's number, so that store and workspace agree without asking each other. */
export const cardTs = (caseId: string): string => `1700000000.${String(parseInt(caseId.slice(-6), 36)).padStart(6, '0')}`;

const APPROVE = {
  type: 'button',
  action_id: 'approve',
  text: { type: 'plain_text', text: 'Approve', emoji: true },
  style: 'primary',
};
const cardBlock = (caseId: string) => ({ type: 'actions', block_id: 'decide', elements: [{ ...APPROVE, value: caseId }] });

/** The body of Anna's click on Approve, as Slack sends it. */
export function approveClick({ forge, model }: SlackFarEnd, { caseId }: BenchPerson): string {
  const channel = model.channels.get(SLACK.approversChannelId);
  if (channel === undefined) throw new Error('the approvers have no channel');
  const { botUserId, botId, appId } = model.seed;
  const block = cardBlock(caseId);
  const message = {
    type: 'message',
    ts: cardTs(caseId),
    user: botUserId,
    bot_id: botId,
    app_id: appId,
    text: caseId,
    blocks: [block],
  } as const;
  const action = { ...APPROVE, block_id: block.block_id, value: caseId, action_ts: `${Date.now() / 1_000}` };
  const urls = { triggerId: '1.2.3', responseUrl: undefined };
  const payload = forge.payloads.blockActions(ANNA.slackUserId, { channel, message, ephemeral: false }, action, {}, urls);
  return forge.encode('interactive', payload).body;
}
