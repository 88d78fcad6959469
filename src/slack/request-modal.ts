import type { KnownBlock, ModalView, Option } from '@slack/types';
import type { RequestOption } from '../chat/views.ts';
import { JUSTIFICATION_MAX_CHARS } from '../access/core/perimeter-api.ts';
import type { ActionId } from './action-ids.ts';
import { VIEW_IDS } from './action-ids.ts';
import { context, LIMITS, plainText, section } from './blocks.ts';
import { durationWords } from './instants.ts';
import { inMrkdwn } from './mrkdwn.ts';

/** A static select carries at most this many; with more, the person searches. */
export const SELECT_MAX_OPTIONS = 100;

export interface RequestModal {
  readonly options: readonly RequestOption[];
  /** What was chosen so far; it decides which durations there are. */
  readonly chosen?: RequestOption;
}

/** Block ids on the wire. The one of durations names its entitlement, so that Slack forgets a choice that no longer exists. */
export const REQUEST_BLOCKS = {
  entitlement: 'entitlement',
  durationPrefix: 'duration:',
  justification: 'justification',
} as const;

/** The form behind `/access`. With one entitlement, or the same durations for all, nothing has to be chosen twice. */
export function requestModal({ options, chosen = options.length === 1 ? options[0] : undefined }: RequestModal): ModalView {
  const durations = chosen?.durationsMinutes ?? commonDurations(options);
  return {
    type: 'modal',
    callback_id: VIEW_IDS.request,
    title: plainText('Request access', LIMITS.viewTitle),
    submit: plainText('Ask', LIMITS.viewTitle),
    close: plainText('Cancel', LIMITS.viewTitle),
    blocks: [
      entitlementInput(options, chosen),
      ...(chosen === undefined ? [] : [describe(chosen)]),
      ...(durations === undefined
        ? [context('How long you may have it is shown once you have chosen.')]
        : [durationInput(durations, chosen?.entitlementId ?? 'any')]),
      justificationInput(),
    ],
  };
}

export function entitlementOption({
  entitlementId,
  entitlement,
}: RequestOption): Option & { readonly text: { readonly type: 'plain_text' } } {
  return {
    text: plainText(entitlement.name, LIMITS.optionText),
    value: entitlementId,
    description: plainText(entitlement.describes, LIMITS.optionText),
  };
}

function entitlementInput(options: readonly RequestOption[], chosen: RequestOption | undefined): KnownBlock {
  const initial = chosen === undefined ? {} : { initial_option: entitlementOption(chosen) };
  const common = { action_id: 'entitlement' satisfies ActionId, placeholder: plainText('Choose a role', 150), ...initial };
  return {
    type: 'input',
    block_id: REQUEST_BLOCKS.entitlement,
    label: plainText('What do you need?', 2_000),
    dispatch_action: true,
    element:
      options.length > SELECT_MAX_OPTIONS
        ? { type: 'external_select', min_query_length: 0, ...common }
        : { type: 'static_select', options: options.map(entitlementOption), ...common },
  };
}

function describe({ entitlement }: RequestOption): KnownBlock {
  const privileged = entitlement.privileged ? '🔑 *privileged: yes*' : 'privileged: no';
  return section(`${inMrkdwn(entitlement.describes)}\n${privileged} · scope: ${inMrkdwn(entitlement.scope, 150)}`);
}

function durationInput(durationsMinutes: readonly number[], belongsTo: string): KnownBlock {
  const choices = durationsMinutes.slice(0, SELECT_MAX_OPTIONS).map((minutes) => ({
    text: plainText(durationWords(minutes), LIMITS.optionText),
    value: String(minutes),
  }));
  const [only, ...others] = choices;
  return {
    type: 'input',
    block_id: `${REQUEST_BLOCKS.durationPrefix}${belongsTo}`,
    label: plainText('For how long?', 2_000),
    element: {
      type: 'static_select',
      action_id: 'duration' satisfies ActionId,
      placeholder: plainText('Choose a duration', 150),
      options: choices,
      ...(only !== undefined && others.length === 0 ? { initial_option: only } : {}),
    },
  };
}

function justificationInput(): KnownBlock {
  return {
    type: 'input',
    block_id: REQUEST_BLOCKS.justification,
    label: plainText('Why?', 2_000),
    hint: plainText('Name the incident or change and what you will do. Approvers read this.', 2_000),
    element: {
      type: 'plain_text_input',
      action_id: 'justification' satisfies ActionId,
      multiline: true,
      max_length: JUSTIFICATION_MAX_CHARS,
      placeholder: plainText('INC-4211: check conditional access after the outage', 150),
    },
  };
}

/** The durations that every option offers alike; none when they differ or not all options are known. */
function commonDurations(options: readonly RequestOption[]): readonly number[] | undefined {
  const [first, ...others] = options;
  if (first === undefined || options.length > SELECT_MAX_OPTIONS) return undefined;
  const same = others.every(({ durationsMinutes }) => durationsMinutes.join() === first.durationsMinutes.join());
  return same ? first.durationsMinutes : undefined;
}
