import type { RequestOption } from '../chat/views.ts';
import { button, card, codeLine, fitting, ownWords, paragraph, run, small, type Card, type CardJson } from './card-parts.ts';
import { clipped, lengthInWords, visible } from './plain-text.ts';

export const JUSTIFICATION_MAX_CHARS = 500;

export interface FormFilled {
  readonly entitlementId?: string;
  readonly durationMinutes?: number;
  readonly justification?: string;
}
export interface FormProblem {
  readonly text: string;
  readonly code?: string;
}

/**
 * The form behind `request`. Only what this person may ask for is in it, and it is asked again on submit. `formId` names this one
 * form: sent twice, it is one request.
 */
export function requestFormCard(
  formId: string,
  options: readonly RequestOption[],
  filled: FormFilled = {},
  problem?: FormProblem,
): Card {
  return fitting((count) => formOf(formId, options.slice(0, count), options.length - count, filled, problem), options.length);
}

function formOf(
  formId: string,
  options: readonly RequestOption[],
  left: number,
  filled: FormFilled,
  problem: FormProblem | undefined,
): Card {
  const durations = [...new Set(options.flatMap((option) => option.durationsMinutes))].toSorted((a, b) => a - b);
  const body: CardJson[] = [
    ownWords('Request access', { weight: 'Bolder', size: 'Medium', style: 'heading' }),
    ...(problem === undefined ? [] : [problemBlock(problem)]),
    choice(
      'entitlement',
      'What do you need?',
      'Pick one before you ask.',
      'filtered',
      filled.entitlementId,
      options.map(choiceOf),
    ),
    ...(left > 0 ? [small(`${left} more do not fit here: write “request” and part of the name, e.g. “request reader”.`)] : []),
    choice(
      'duration',
      'For how long?',
      'Pick how long you need it.',
      'compact',
      String(filled.durationMinutes ?? durations[0] ?? ''),
      durations.map((minutes) => ({ title: lengthInWords(minutes), value: String(minutes) })),
    ),
    ...longestOf(options),
    {
      type: 'Input.Text',
      id: 'justification',
      label: 'Why? Approvers read this.',
      placeholder: 'e.g. INC-4211: check conditional access after the outage',
      isMultiline: true,
      isRequired: true,
      errorMessage: 'Say why you need it, so that approvers can decide.',
      maxLength: JUSTIFICATION_MAX_CHARS,
      ...(filled.justification === undefined ? {} : { value: clipped(visible(filled.justification), JUSTIFICATION_MAX_CHARS) }),
    },
  ];
  return card('Request access: what, how long, and why.', body, [button('submit', 'Ask', { formId })]);
}

function choice(
  id: string,
  label: string,
  errorMessage: string,
  style: 'filtered' | 'compact',
  value: string | undefined,
  choices: readonly CardJson[],
): CardJson {
  const known = choices.some((each) => each['value'] === value);
  return {
    type: 'Input.ChoiceSet',
    id,
    label,
    style,
    isRequired: true,
    errorMessage,
    choices,
    ...(known ? { value } : choices.length === 1 ? { value: choices[0]?.['value'] } : {}),
  };
}

function choiceOf({ entitlementId, entitlement }: RequestOption): CardJson {
  const privileged = entitlement.privileged ? ' · privileged' : '';
  return { title: clipped(visible(`${entitlement.name} (${entitlement.scope}${privileged})`), 120), value: entitlementId };
}

/** Where lengths differ, the form says so before the refusal would. */
function longestOf(options: readonly RequestOption[]): CardJson[] {
  const longest = options.map((option) => Math.max(...option.durationsMinutes));
  if (new Set(longest).size < 2) return [];
  const shortest = Math.min(...longest);
  const limited = options.filter((_, index) => longest[index] === shortest).map((option) => option.entitlement.name);
  return [
    paragraph([
      run(clipped(`At most ${lengthInWords(shortest)}: ${limited.join(', ')}`, 200), { size: 'Small', isSubtle: true }),
    ]),
  ];
}

function problemBlock(problem: FormProblem): CardJson {
  return {
    type: 'Container',
    style: 'attention',
    items: [paragraph([run('Not sent: ', { weight: 'Bolder' }), run(problem.text)]), ...codeLine(problem.code)],
  };
}
