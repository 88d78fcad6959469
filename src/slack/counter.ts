import type { KnownBlock, ModalView } from '@slack/types';
import { AppError, codeOf } from '../access/core/app-error.ts';
import type { Answer, Desk } from '../chat/desk.ts';
import type { ChatActor } from '../chat/surface.ts';
import type { Log } from '../observe/log.ts';
import { inMrkdwn } from './mrkdwn.ts';
import { answerBlocks, answerModal, waitingModal } from './notice-modal.ts';
import { OPEN_PATIENCE_MS, within } from './patience.ts';
import type { SlackClient } from './slack-client.ts';
import { createZones, type Zones } from './zones.ts';

/** Who pressed or typed, and the ways to answer them alone. */
export interface Clicker {
  readonly actor: ChatActor;
  readonly triggerId?: string | undefined;
  readonly channelId?: string | undefined;
  readonly responseUrl?: string | undefined;
  /** The button stood in a message that only they see: the answer may take its place. */
  readonly ephemeral?: boolean | undefined;
}

/** Who acts, in the workspace that they belong to: in a shared channel that may be another one than ours (admit.ts says which). */
export function actorOf(
  { workspaceId }: Pick<Counter, 'workspaceId'>,
  user: { readonly id: string; readonly team_id?: string | undefined },
): ChatActor {
  return { platform: 'slack', workspaceId: user.team_id ?? workspaceId, userId: user.id };
}

/** What the listeners share: the desk, and how to show its answers to the one who asked. */
export interface Counter {
  readonly desk: Desk;
  readonly client: SlackClient;
  readonly workspaceId: string;
  readonly zones: Zones;
  readonly log: Log;
  /** What an error looks like to the one who clicked; operators find the rest in the log. */
  sorry(error: unknown, doing: string): Answer & { readonly done: false };
  /** The desk's answer, or an apology. Never throws. */
  settled<A extends Answer>(doing: string, answer: Promise<A>): Promise<A | (Answer & { readonly done: false })>;
  tell(clicker: Clicker, answer: Answer): Promise<void>;
  show(clicker: Clicker, text: string, blocks: KnownBlock[], replace?: boolean): Promise<void>;
  /** Opens at once: with the view if it is ready, else with "One moment" and then the view. */
  open(clicker: Clicker, title: string, view: Promise<ModalView>): Promise<void>;
}

export interface CounterOptions {
  readonly desk: Desk;
  readonly client: SlackClient;
  readonly workspaceId: string;
  readonly apiUrl: string;
  readonly log: Log;
}

const TOO_LATE: Answer = {
  done: false,
  code: 'chat.too-late',
  reason: 'Slack did not wait for the window to open.',
  hint: 'Press or type it again.',
};

const RESPOND_TIMEOUT_MS = 5_000;

export function createCounter({ desk, client, workspaceId, apiUrl, log }: CounterOptions): Counter {
  const sorry: Counter['sorry'] = (error, doing) => {
    log.error({ err: error, code: codeOf(error) }, `slack: ${doing} failed`);
    return {
      done: false,
      code: codeOf(error),
      reason: 'That did not work: something failed on our side.',
      hint: (error instanceof AppError ? error.hint : undefined) ?? 'Try again. If it fails again, tell whoever runs Hallpass.',
    };
  };

  const show: Counter['show'] = async (clicker, text, blocks, replace = false) => {
    const { actor, channelId, responseUrl, triggerId } = clicker;
    if (responseUrl !== undefined && isSlackAddress(responseUrl, apiUrl)) {
      const sent = await respond(responseUrl, { response_type: 'ephemeral', replace_original: replace, text, blocks });
      if (sent) return;
    }
    if (channelId !== undefined) {
      await client.call('answer the one who clicked', (web) =>
        web.chat.postEphemeral({ channel: channelId, user: actor.userId, text, blocks }),
      );
    } else if (triggerId !== undefined) {
      const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Hallpass' }, blocks };
      await client.call('answer in a modal', (web) => web.views.open({ trigger_id: triggerId, view }));
    }
  };

  const tell: Counter['tell'] = async (clicker, answer) => {
    const text = inMrkdwn(answer.done ? answer.sentence : answer.reason);
    await show(clicker, text, answerBlocks(answer), answer.done && clicker.ephemeral === true);
  };

  return {
    desk,
    client,
    workspaceId,
    zones: createZones(client, log),
    log,
    sorry,
    settled: async (doing, answer) => answer.catch((error: unknown) => sorry(error, doing)),
    show,
    tell,
    async open(clicker, title, view) {
      const { triggerId } = clicker;
      if (triggerId === undefined) return;
      const shown = view.catch((error: unknown) => answerModal(sorry(error, title)));
      const ready = await within(OPEN_PATIENCE_MS, shown);
      const opened = await client
        .call(`open "${title}"`, (web) => web.views.open({ trigger_id: triggerId, view: ready?.value ?? waitingModal(title) }))
        .catch(async (error: unknown) => {
          if (codeOf(error) !== 'chat.too-late') throw error;
          const { triggerId: _expired, ...reachable } = clicker;
          await tell(reachable, TOO_LATE);
          return undefined;
        });
      const viewId = opened?.view?.id;
      if (ready !== undefined || viewId === undefined) return;
      const late = await shown;
      await client.call(`fill "${title}"`, (web) => web.views.update({ view_id: viewId, view: late }));
    },
  };
}

/** A response address comes out of a payload; it is used only where Slack itself answers: `hooks.` beside the API's host, or its very origin. */
export function isSlackAddress(address: string, apiUrl: string): boolean {
  const api = new URL(apiUrl);
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  return parsed !== undefined && (parsed.origin === api.origin || parsed.origin === `${api.protocol}//hooks.${api.host}`);
}

async function respond(address: string, message: Readonly<Record<string, unknown>>): Promise<boolean> {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      redirect: 'error',
      signal: AbortSignal.timeout(RESPOND_TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false; // used up or expired (5 times, 30 minutes): the caller has another way
  }
}
