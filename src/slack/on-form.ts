import type { ViewResponseAction } from '@slack/bolt';
import { z } from 'zod';
import type { Answer } from '../chat/desk.ts';
import type { ChatActor } from '../chat/surface.ts';
import { VIEW_IDS } from './action-ids.ts';
import { actorOf, type Counter } from './counter.ts';
import { NOTE_BLOCK } from './deny-modal.ts';
import { plain } from './mrkdwn.ts';
import { answerModal, waitingModal } from './notice-modal.ts';
import { SUBMIT_PATIENCE_MS, within } from './patience.ts';
import type { ViewSubmission } from './payloads.ts';
import { readRequestForm } from './request-form.ts';
import { REQUEST_BLOCKS } from './request-modal.ts';

type Ack = (response?: ViewResponseAction) => Promise<void>;

/** A form that was sent. It is acknowledged with the answer when that comes in time, else with "One moment" and the answer after. */
export async function onForm(counter: Counter, payload: ViewSubmission, ack: Ack): Promise<void> {
  const actor = actorOf(counter, payload.user);
  switch (payload.view.callback_id) {
    case VIEW_IDS.request:
      return submit(counter, payload, actor, ack);
    case VIEW_IDS.deny:
      return deny(counter, payload, actor, ack);
    default:
      return ack({ response_action: 'clear' });
  }
}

async function submit(counter: Counter, { view }: ViewSubmission, actor: ChatActor, ack: Ack): Promise<void> {
  const read = readRequestForm(view);
  if ('errors' in read) return ack({ response_action: 'errors', errors: read.errors });
  const blocks = {
    entitlement: REQUEST_BLOCKS.entitlement,
    duration: read.durationBlock,
    justification: REQUEST_BLOCKS.justification,
  };
  // Learnt while the form was open: nobody waits for it now.
  const zone = counter.zones.known(actor.userId);
  const form = zone === undefined ? read.form : { ...read.form, zone };
  const answer = counter.settled('submit a request', counter.desk.submit(actor, form));
  await answerForm(counter, view.id, answer, ack, (given) => {
    const field = 'field' in given ? given.field : undefined;
    if (given.done || field === undefined) return { response_action: 'update', view: answerModal(given) };
    return { response_action: 'errors', errors: { [blocks[field]]: plain(`${given.reason} ${given.hint}`, 300) } };
  });
}

const denyFormSchema = z.strictObject({
  caseId: z.string().max(2_000),
  channelId: z.string().max(40).optional(),
  messageId: z.string().max(40).optional(),
});

async function deny(counter: Counter, { view }: ViewSubmission, actor: ChatActor, ack: Ack): Promise<void> {
  const note = view.state?.values[NOTE_BLOCK]?.['note']?.value?.trim() ?? '';
  if (note === '') return ack({ response_action: 'errors', errors: { [NOTE_BLOCK]: 'Say why not, in a sentence.' } });
  const { caseId, channelId, messageId } = denyFormSchema.parse(JSON.parse(view.private_metadata));
  const message =
    channelId === undefined || messageId === undefined
      ? undefined
      : { platform: 'slack' as const, workspaceId: counter.workspaceId, channelId, messageId };
  const answer = counter.settled('deny a request', counter.desk.decide(actor, caseId, 'deny', note, message));
  await answerForm(counter, view.id, answer, ack, (given) =>
    given.done ? { response_action: 'clear' } : { response_action: 'update', view: answerModal(given) },
  );
}

async function answerForm<A extends Answer>(
  counter: Counter,
  viewId: string,
  answer: Promise<A>,
  ack: Ack,
  respond: (answer: A) => ViewResponseAction,
): Promise<void> {
  const ready = await within(SUBMIT_PATIENCE_MS, answer);
  if (ready !== undefined) return ack(respond(ready.value));
  await ack({ response_action: 'update', view: waitingModal('Still at work') });
  const late = answerModal(await answer);
  await counter.client.call('show a late answer', (web) => web.views.update({ view_id: viewId, view: late }));
}
