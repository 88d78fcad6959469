import { html } from 'hono/html';
import { countedApprovals } from '../../access/core/approvals.ts';
import type { Clock } from '../../access/core/clock.ts';
import type { Person } from '../../access/core/person.ts';
import type { Target } from '../../access/core/target.ts';
import type { CaseView, Runtime } from '../../durable/port.ts';
import { contextOf } from '../grant-flow.ts';
import type { Waiting } from '../guardrails/judge.ts';
import { termsOf, waitingOf } from '../signed-acts.ts';
import type { Names, PersonName, TargetName } from './names.ts';
import { safeText } from '../../web/safe-text.ts';
import type { Html } from '../../web/html.ts';
import { instantWords, lengthWords } from '../../web/time-words.ts';
import { differsFromUsual, hadBefore, signedInLastHour } from './usual.ts';

export interface LookedUp {
  readonly requester: PersonName;
  readonly principal: PersonName;
  readonly target: TargetName;
}

export interface Shown {
  readonly view: CaseView;
  readonly grant: Waiting;
  readonly found: LookedUp;
  readonly viewer: Person;
  readonly isRequester: boolean;
}

interface FactParts {
  readonly runtime: Runtime;
  readonly names: Names;
  readonly clock: Clock;
}

/** The request in what the perimeter knows and looked up itself; first what is unusual, last the small print. */
export async function grantFacts(shown: Shown, parts: FactParts): Promise<Html> {
  const { view, grant, found, viewer, isRequester } = shown;
  const { registration, target, needs } = grant.opening;
  const { registeredAt } = contextOf(view);
  const { runtime, clock } = parts;
  const nowMs = clock.now();
  const isWaiting = waitingOf(view) !== undefined;
  const unusual = isWaiting && !isRequester ? differsFromUsual(runtime, grant, nowMs) : [];
  const length = lengthWords(registration.durationMinutes * 60);
  const begin = isWaiting
    ? html`, beginning when the last approval is in. If it were given now: until ${instantWords(nowMs + registration.durationMinutes * 60_000)}.`
    : '';
  const approvals = await approvalWords(grant, parts.names);
  return html`${unusual.length === 0 ? '' : html`<ul class="unusual" aria-label="Differs from usual">${unusual.map((one) => html`<li>${one}</li>`)}</ul>`}
${justification(view, shown, runtime)}
<dl>
${row('Who', html`${personWords(found.principal)}<small>${registration.principal.objectId}</small>`)}
${row('What', html`${targetWords(found.target)}<small>${idsOf(target)}</small>`)}
${row('Where', safeText(found.target.where))}
${row('How long', html`${length}${begin}`)}
${row('Had it before', hadBefore(runtime, grant, nowMs))}
${row('Asked', `${instantWords(registeredAt)}, ${lengthWords((nowMs - Date.parse(registeredAt)) / 1_000)} ago`)}
${isWaiting ? row('Lapses', lapseWords(termsOf(view, grant).notAfter, nowMs)) : ''}
${needs.stages.length === 0 ? '' : row('Approved by', approvals)}
${isWaiting && !isRequester ? row('You', `signed ${signedInLastHour(runtime, viewer, nowMs)} in the last hour`) : ''}
</dl>`;
}

/** Beside the zone, how long it is from now: the page cannot know where its reader is. */
function lapseWords(notAfter: string, nowMs: number): string {
  return `${instantWords(notAfter)}, in ${lengthWords((Date.parse(notAfter) - nowMs) / 1_000)}, if nobody decides`;
}

function row(term: string, words: Html | string): Html {
  return html`<dt>${term}</dt><dd>${words}</dd>`;
}

/** The bot brings it: until the requester signs, nothing says that they wrote it. */
function justification(view: CaseView, { grant }: Shown, runtime: Runtime): Html {
  const { signature, opening } = grant;
  const text = runtime.text(view.caseId, opening.registration.justification);
  const whose =
    signature === undefined
      ? 'as the bot says it; the requester did not sign it'
      : `signed by the requester on ${instantWords(signature.signedAt)}`;
  return html`<blockquote>${text === undefined ? '(erased)' : safeText(text)}</blockquote>
<p><small>Justification, ${whose}</small></p>`;
}

function personWords({ name, jobTitle, department }: PersonName): Html {
  if (name === undefined) return html`The name could not be looked up.`;
  return html`${[name, jobTitle, department].filter((each) => each !== undefined).map((each, index) => html`${index === 0 ? '' : ', '}${safeText(each)}`)}`;
}

function targetWords({ name, description }: TargetName): Html {
  if (name === undefined) return html`The name could not be looked up.`;
  return html`<strong>${safeText(name)}</strong>${description === undefined ? '' : html`: ${safeText(description)}`}`;
}

function idsOf(target: Target): string {
  if (target.kind === 'group') return `group ${target.groupId}`;
  if (target.kind === 'directoryRole') return `${target.roleDefinitionId} at ${target.directoryScopeId}`;
  return `${target.roleDefinitionId} at ${target.scope}${target.condition === undefined ? '' : ` on condition: ${target.condition}`}`;
}

async function approvalWords({ decisions }: Waiting, names: Names): Promise<Html> {
  const approvals = countedApprovals(decisions);
  if (approvals.length === 0) return html`nobody yet`;
  const words = await Promise.all(
    approvals.map(async ({ approver, assurance, decidedAt }) => {
      const { name } = await names.person(approver);
      const how = assurance === 'signed' ? 'signed' : 'in chat, as the bot says';
      return html`${safeText(name ?? approver.objectId)} (${how}, ${instantWords(decidedAt)})`;
    }),
  );
  return html`${words.map((each, index) => html`${index === 0 ? '' : html`<br>`}${each}`)}`;
}
