import type { ModalView } from '@slack/types';
import type { Answer, Desk } from '../chat/desk.ts';
import type { ChatActor, PostedMessage } from '../chat/surface.ts';
import type { ActionId } from './action-ids.ts';
import { actorOf, type Clicker, type Counter } from './counter.ts';
import { denyModal } from './deny-modal.ts';
import { detailsModal } from './details-modal.ts';
import { answerModal } from './notice-modal.ts';
import { drawHome } from './on-home.ts';
import type { BlockActions } from './payloads.ts';
import { requestForm } from './request-form.ts';

interface Press {
  readonly clicker: Clicker;
  readonly caseId: string;
  readonly message: PostedMessage | undefined;
}

/** What a press asks of the desk. Everything but the id is looked up there again. */
type Verb = (desk: Desk, actor: ChatActor, press: Press) => Promise<Answer>;
const VERBS: ReadonlyMap<string, Verb> = new Map<ActionId, Verb>([
  ['approve', (desk, actor, { caseId, message }) => desk.decide(actor, caseId, 'approve', undefined, message)],
  ['withdraw', (desk, actor, { caseId }) => desk.withdraw(actor, caseId)],
  ['release', (desk, actor, { caseId }) => desk.release(actor, caseId)],
  ['acknowledge', (desk, actor, { caseId, message }) => desk.acknowledge(actor, caseId, message)],
  ['unlink', (desk, actor) => desk.unlink(actor)],
  ['snooze', (desk, actor, { caseId, message }) => desk.snooze(actor, caseId, message)],
]);

const UNKNOWN_BUTTON: Answer = {
  done: false,
  code: 'chat.unknown-button',
  reason: 'This button no longer works.',
  hint: 'Open the Hallpass app’s Home tab to see where things stand.',
};

/** A button or a choice, after it was acknowledged. */
export async function onButton(counter: Counter, payload: BlockActions): Promise<void> {
  const [action] = payload.actions;
  if (action === undefined) return;
  const press = pressOf(counter, payload, action.value ?? '');
  const { clicker, caseId } = press;
  switch (action.action_id) {
    case 'ask':
      return counter.open(clicker, 'Request access', requestForm(counter, clicker.actor));
    case 'entitlement':
      return choose(counter, payload, clicker.actor);
    case 'duration':
    // Links to pages: Slack opens them, and tells us only that it did.
    case 'sign':
    case 'link':
      return;
    case 'deny':
      return counter.open(clicker, 'Deny this request', Promise.resolve(denyModal(denyForm(press))));
    case 'why':
    case 'details':
      return counter.open(clicker, 'Details', details(counter, press));
    default:
      return run(counter, press, VERBS.get(action.action_id), payload.container.type === 'view' && caseId !== '');
  }
}

async function run(counter: Counter, press: Press, verb: Verb | undefined, onHome: boolean): Promise<void> {
  const { clicker } = press;
  const answer =
    verb === undefined ? UNKNOWN_BUTTON : await counter.settled('answer a button', verb(counter.desk, clicker.actor, press));
  if (!onHome) return counter.tell(clicker, answer);
  const said = answer.done ? undefined : counter.open(clicker, 'Not possible', Promise.resolve(answerModal(answer)));
  await Promise.all([said, drawHome(counter, clicker.actor)]);
}

async function details({ desk }: Counter, { clicker, caseId, message }: Press): Promise<ModalView> {
  const view = await desk.details(clicker.actor, caseId, message);
  return 'refusal' in view ? answerModal({ done: false, ...view.refusal }) : detailsModal(view);
}

/** Another entitlement was chosen in the form: its durations take the place of the others. */
async function choose(counter: Counter, { view, actions }: BlockActions, actor: ChatActor): Promise<void> {
  const chosen = actions[0]?.selected_option;
  if (!view || !chosen) return;
  const form = await requestForm(counter, actor, { id: chosen.value, name: chosen.text?.text ?? '' });
  await counter.client.call('show the durations', (web) =>
    web.views.update({ view_id: view.id, ...(view.hash === undefined ? {} : { hash: view.hash }), view: form }),
  );
}

function pressOf(counter: Counter, payload: BlockActions, caseId: string): Press {
  const { workspaceId } = counter;
  const { container } = payload;
  const channelId = container.channel_id ?? payload.channel?.id;
  const stands = container.type === 'message' && container.is_ephemeral !== true && channelId !== undefined;
  return {
    caseId,
    clicker: {
      actor: actorOf(counter, payload.user),
      triggerId: payload.trigger_id,
      responseUrl: payload.response_url,
      channelId,
      ephemeral: container.is_ephemeral,
    },
    message:
      stands && container.message_ts !== undefined
        ? { platform: 'slack', workspaceId, channelId, messageId: container.message_ts }
        : undefined,
  };
}

function denyForm({ caseId, message }: Press) {
  return { caseId, ...(message === undefined ? {} : { channelId: message.channelId, messageId: message.messageId }) };
}
