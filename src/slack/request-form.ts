import type { ModalView } from '@slack/types';
import type { RequestForm } from '../chat/desk.ts';
import type { ChatActor } from '../chat/surface.ts';
import type { RequestOption } from '../chat/views.ts';
import type { Counter } from './counter.ts';
import { answerModal } from './notice-modal.ts';
import type { SlackView } from './payloads.ts';
import { REQUEST_BLOCKS, requestModal } from './request-modal.ts';

/** The form with what this person may ask for, or why they may ask for nothing. */
export async function requestForm(
  { desk, zones }: Counter,
  actor: ChatActor,
  chosen?: { id: string; name: string },
): Promise<ModalView> {
  // For the moment when it is sent: begun here, since an acknowledgement does not wait for it.
  zones.known(actor.userId);
  const found = await desk.options(actor, '');
  if ('refusal' in found) return answerModal({ done: false, ...found.refusal });
  const option =
    chosen === undefined ? undefined : await optionOf(chosen, found.options, (search) => desk.options(actor, search));
  return requestModal({ options: found.options, ...(option === undefined ? {} : { chosen: option }) });
}

async function optionOf(
  chosen: { id: string; name: string },
  options: readonly RequestOption[],
  search: (name: string) => Promise<{ readonly options: readonly RequestOption[] } | { readonly refusal: unknown }>,
): Promise<RequestOption | undefined> {
  const isChosen = ({ entitlementId }: RequestOption) => entitlementId === chosen.id;
  const known = options.find(isChosen);
  if (known !== undefined) return known;
  const found = await search(chosen.name);
  return 'options' in found ? found.options.find(isChosen) : undefined;
}

export type ReadForm =
  | { readonly form: RequestForm; readonly durationBlock: string }
  /** Sentences by block id, for Slack's `response_action: errors`. */
  | { readonly errors: Readonly<Record<string, string>> };

/** What was filled in. Slack checks required fields itself; what it cannot know is said beside the field. */
export function readRequestForm(view: SlackView): ReadForm {
  const values = view.state?.values ?? {};
  const durationBlock = Object.keys(values).find((blockId) => blockId.startsWith(REQUEST_BLOCKS.durationPrefix));
  const entitlementId = values[REQUEST_BLOCKS.entitlement]?.['entitlement']?.selected_option?.value;
  const justification = values[REQUEST_BLOCKS.justification]?.['justification']?.value?.trim() ?? '';
  if (entitlementId === undefined) return { errors: { [REQUEST_BLOCKS.entitlement]: 'Choose what you need.' } };
  if (durationBlock === undefined) {
    return { errors: { [REQUEST_BLOCKS.entitlement]: 'Choose it again; then you can say for how long.' } };
  }
  const durationMinutes = Number(values[durationBlock]?.['duration']?.selected_option?.value);
  if (!Number.isSafeInteger(durationMinutes) || durationMinutes <= 0)
    return { errors: { [durationBlock]: 'Choose for how long.' } };
  if (justification === '') return { errors: { [REQUEST_BLOCKS.justification]: 'Say why, in a sentence.' } };
  return { form: { entitlementId, durationMinutes, justification, submissionId: view.id }, durationBlock };
}
