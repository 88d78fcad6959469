import { randomBytes, randomInt } from 'node:crypto';
import type { Context } from 'hono';
import { authorOf } from './chat-methods.ts';
import { composeMessage } from './message-content.ts';
import { argumentsOf } from './method.ts';
import { issued as issuedHere } from '../issued.ts';
import type { SlackMessage } from './slack-objects.ts';
import { isWire, type Wire } from '../wire.ts';
import type { Workspace } from './workspace.ts';

/** https://docs.slack.dev/interactivity/handling-user-interaction: "up to 5 times within 30 minutes". */
const USES = 5;
const LIFE_MS = 30 * 60_000;

interface Issued {
  readonly userId: string;
  readonly channelId: string;
  /** The message that was pressed; none behind a slash command. */
  readonly messageTs: string | undefined;
  readonly at: number;
  used: number;
}

export type ResponseUrls = ReturnType<typeof createResponseUrls>;

export function createResponseUrls(workspace: Workspace, baseUrl: () => string) {
  const issued = new Map<string, Issued>();
  return {
    issue(kind: 'actions' | 'commands', userId: string, channelId: string, messageTs?: string): string {
      const path = `/${kind}/${workspace.seed.teamId}/${randomInt(1e11, 9e11)}/${randomBytes(12).toString('hex')}`;
      issued.set(path, { userId, channelId, messageTs, at: Date.now(), used: 0 });
      return issuedHere('address', `${baseUrl()}${path}`);
    },
    async handle(context: Context): Promise<Response> {
      const known = issued.get(context.req.path);
      if (!known) return refuse(404, 'invalid_url');
      if (known.used >= USES) return refuse(404, 'used_url');
      if (Date.now() - known.at > LIFE_MS) return refuse(404, 'expired_url');
      const body: unknown = await context.req.json().catch(() => undefined);
      if (!isWire(body)) return refuse(400, 'invalid_payload');
      const error = respond(workspace, known, body);
      if (error !== undefined) return refuse(error === 'no_text' ? 400 : 404, error);
      known.used += 1;
      return new Response('ok');
    },
    /** Shows what a slash command was answered with at once, as the same words through the address would be shown. */
    respond: (userId: string, channelId: string, body: Wire) =>
      respond(workspace, { userId, channelId, messageTs: undefined }, body),
  };
}

function refuse(status: number, error: string): Response {
  return Response.json({ ok: false, error }, { status });
}

/** Applies one message sent to a response_url; the error code when it is not taken. */
function respond(workspace: Workspace, to: Pick<Issued, 'userId' | 'channelId' | 'messageTs'>, body: Wire): string | undefined {
  const pressed = to.messageTs;
  if (body['delete_original'] === true) {
    if (pressed === undefined) return 'invalid_payload';
    workspace.removeMessage(to.channelId, pressed);
    return undefined;
  }
  const composed = composeMessage(argumentsOf(body), { maxChars: undefined });
  if (!composed.ok) return String(composed.refusal['error']);
  const { content } = composed;
  if (body['replace_original'] === true && pressed !== undefined) {
    const old = workspace.messageOf(to.channelId, pressed) ?? workspace.ephemeralOf(to.channelId, pressed)?.message;
    if (!old) return 'message_not_found';
    const edited = { user: workspace.seed.botUserId, ts: workspace.nextTs() };
    workspace.replaceMessage(to.channelId, { ...old, ...content, text: content.text ?? '', edited });
    return undefined;
  }
  const threadTs = body['thread_ts'];
  const message: SlackMessage = {
    type: 'message',
    ts: workspace.nextTs(),
    ...authorOf({ workspace }),
    ...content,
    text: content.text ?? '',
    ...(typeof threadTs === 'string' ? { thread_ts: threadTs } : {}),
  };
  if (body['response_type'] === 'in_channel') workspace.addMessage(to.channelId, message);
  else workspace.addEphemeral(to.channelId, to.userId, message);
  return undefined;
}
