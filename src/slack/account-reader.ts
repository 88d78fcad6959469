import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import type { ChatAccountFacts } from '../access/may-link.ts';
import type { SlackClient } from './slack-client.ts';

/**
 * What decides whether somebody may link their account. Flags that Slack left out are not taken for `false`; only for whoever is deactivated
 * does it tell none of them.
 */
const userSchema = z.object({
  id: z.string(),
  team_id: z.string(),
  name: z.string(),
  profile: z.object({ real_name: z.string().optional() }),
  is_bot: z.boolean(),
  deleted: z.boolean(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  /** Of a person of another workspace, whom we share no channel with. */
  is_stranger: z.boolean().default(false),
});

/**
 * A Slack account as it is right now. `workspaceId`: ours.
 * @throws {AppError} `chat.*`; `chat.rejected` when the answer leaves out what it would be judged by
 * @see https://docs.slack.dev/reference/objects/user-object
 */
export async function readSlackAccount(client: SlackClient, workspaceId: string, userId: string): Promise<ChatAccountFacts> {
  const [{ user }, { team, team_id: ownId }] = await Promise.all([
    client.call(`look up the account ${userId}`, (web) => web.users.info({ user: userId })),
    client.call('look up the workspace', (web) => web.auth.test()),
  ]);
  const read = userSchema.safeParse(user);
  if (!read.success || read.data.id !== userId) throw unreadable();
  const { deleted, is_restricted: restricted, is_ultra_restricted: ultra, ...account } = read.data;
  if (!deleted && (restricted === undefined || ultra === undefined)) throw unreadable();
  if (account.is_stranger && account.team_id === workspaceId) throw unreadable();
  return {
    workspaceId: account.team_id,
    ...(team !== undefined && account.team_id === ownId ? { workspaceName: team } : {}),
    name: account.profile.real_name ?? account.name,
    deactivated: deleted,
    machine: account.is_bot,
    guest: restricted === true || ultra === true,
  };
}

function unreadable(): AppError {
  return new AppError('chat.rejected', 'Slack’s answer about an account leaves out what it is judged by');
}
