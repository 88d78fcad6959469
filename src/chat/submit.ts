import type { AccessRequest } from '../../flows/access-request.ts';
import { askAbout } from '../access/directory.ts';
import { mayLast, mayRequest } from '../access/may-request.ts';
import { JUSTIFICATION_MAX_CHARS } from '../access/core/perimeter-api.ts';
import { samePerson, type Person } from '../access/core/person.ts';
import { refuse } from '../access/core/verdict.ts';
import type { EntitlementSetting } from '../config/hallpass-config.ts';
import { ACCESS_REQUEST, accessCase } from './access-case.ts';
import { done, refused } from './answers.ts';
import { caseIdOf } from './case-id.ts';
import { cleanText } from './clean-text.ts';
import type { Answer, RequestForm } from './desk.ts';
import type { DeskDeps } from './desk-deps.ts';
import { noLonger } from './link-account.ts';
import type { OpenRequests } from './open-requests.ts';
import { duration } from './projections/words.ts';
import { zoneNamed } from './projections/zone.ts';
import type { ChatActor } from './surface.ts';

type Field = 'entitlement' | 'duration' | 'justification';
type SubmitAnswer = Answer & { readonly field?: Field };

/** Begins a request, once for each submission. The rule and the directory are read now, whatever the form had offered. */
export async function submit(deps: DeskDeps, actor: ChatActor, form: RequestForm): Promise<SubmitAnswer> {
  const known = deps.people.personsOf(actor);
  if ('refusal' in known) return refused(known.refusal);
  const setting = deps.settings.get(form.entitlementId);
  if (!setting)
    return {
      ...refused(refuse('rule.unknown', 'There is no such access to ask for.', 'Choose one from the list.')),
      field: 'entitlement',
    };
  const who = deps.people.personOf(actor, setting.tenantId);
  if ('refusal' in who) return { ...refused(who.refusal), field: 'entitlement' };
  const { person } = who;
  const caseId = caseIdOf(actor, person, form.submissionId);
  if (accessCase(deps.runtime.read(caseId))) return done('Hallpass has this request already.');
  const length = mayLast(setting, form.durationMinutes);
  if (!length.permitted) return { ...refused(length), field: 'duration' };
  const justification = cleanText(form.justification);
  const text = textProblem(justification);
  if (text) return { ...refused(text), field: 'justification' };
  const { account, groups } = await askAbout(deps.directoryOf(person.tenantId), person.objectId, setting.mayRequest.groups);
  const verdict = mayRequest(person, setting, account, groups);
  if (!verdict.permitted) return { ...refused(verdict), field: 'entitlement' };
  if (isOpenAlready(deps.openRequests, person, setting.id)) return { ...refused(openAlready(setting)), field: 'entitlement' };
  const zone = zoneNamed(form.zone);
  const request: AccessRequest = {
    id: caseId,
    requester: person,
    principal: person,
    entitlementId: setting.id,
    durationMinutes: form.durationMinutes,
    justification: await deps.runtime.putText(caseId, justification),
    approvalWindowMinutes: deps.config.requests.approvalWindowMinutes,
    remindAfterMinutes: deps.config.requests.remindAfterMinutes,
    askedVia: { platform: actor.platform, workspaceId: actor.workspaceId, userId: actor.userId },
    // Where somebody is says something of them: it lies beside the journal, and is erased with the justification.
    ...(zone === undefined ? {} : { zone: await deps.runtime.putText(caseId, zone) }),
  };
  const changed = noLonger(deps, actor, person);
  if (changed) return refused(changed);
  await deps.runtime.begin(ACCESS_REQUEST, caseId, { request }, { kind: 'person', person });
  return done(
    `You asked for ${setting.name} for ${duration(form.durationMinutes)}. The approvers are being asked; you will be told what they say.`,
  );
}

function textProblem(justification: string) {
  if (justification === '')
    return refuse(
      'justification.missing',
      'A justification is needed.',
      'Say in a sentence what you need it for, best with a ticket number.',
    );
  if (justification.length > JUSTIFICATION_MAX_CHARS)
    return refuse(
      'justification.too-long',
      `The justification has ${justification.length} characters; ${JUSTIFICATION_MAX_CHARS} are the most.`,
      'Shorten it, or point to a ticket.',
    );
  return undefined;
}

function isOpenAlready(openRequests: OpenRequests, principal: Person, entitlementId: string): boolean {
  return openRequests
    .of(principal)
    .some(({ context: { request } }) => request.entitlementId === entitlementId && samePerson(request.principal, principal));
}

function openAlready(setting: EntitlementSetting) {
  return refuse(
    'request.open-already',
    `You have ${setting.name} already, or a request for it is open.`,
    'See what you hold and wait for, and give it back or withdraw it first.',
  );
}
