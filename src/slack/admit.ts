import type { SlackPayload } from './payloads.ts';
import { payloadSchema, slashCommandSchema } from './payloads.ts';

export type Admission =
  | { readonly admitted: true; readonly payload: SlackPayload }
  | { readonly admitted: false; readonly code: 'chat.malformed' | 'chat.wrong-workspace' };

/**
 * Is this a payload we know, from our one workspace and from somebody who belongs to it, or to one of `alsoFrom`? Asked in both transports.
 */
export function admit(body: unknown, workspaceId: string, alsoFrom: readonly string[] = []): Admission {
  const parsed = isCommand(body) ? slashCommandSchema.safeParse(body) : payloadSchema.safeParse(body);
  if (!parsed.success) return { admitted: false, code: 'chat.malformed' };
  const payload = parsed.data;
  return isOurs(payload, workspaceId, alsoFrom) ? { admitted: true, payload } : { admitted: false, code: 'chat.wrong-workspace' };
}

function isCommand(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'command' in body;
}

function isOurs(payload: SlackPayload, workspaceId: string, alsoFrom: readonly string[]): boolean {
  const ours = (teamId: string | null | undefined) => teamId === undefined || teamId === null || teamId === workspaceId;
  if ('command' in payload) return payload.team_id === workspaceId && payload.is_enterprise_install !== 'true';
  if (payload.type === 'url_verification') return true; // carries no team, and nothing but a challenge
  if (payload.type === 'event_callback') {
    const authorizations = payload.authorizations ?? [];
    return (
      payload.team_id === workspaceId &&
      payload.is_ext_shared_channel !== true &&
      authorizations.every(({ team_id, is_enterprise_install }) => ours(team_id) && is_enterprise_install !== true)
    );
  }
  // `team` is null where the app is installed for a whole organisation. A person of another workspace (Slack Connect) has another `user.team_id`.
  return (
    payload.team?.id === workspaceId &&
    payload.is_enterprise_install !== true &&
    (ours(payload.user.team_id) || alsoFrom.includes(payload.user.team_id ?? '')) &&
    ours(payload.view?.team_id) &&
    ours(payload.view?.app_installed_team_id)
  );
}
