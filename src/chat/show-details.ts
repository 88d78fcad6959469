import { askAbout } from '../access/directory.ts';
import { mayDecide } from '../access/may-decide.ts';
import { samePerson, type Person } from '../access/core/person.ts';
import { refuse, type Refusal } from '../access/core/verdict.ts';
import { accessCase, tenantOf, type AccessCase } from './access-case.ts';
import { unknownCase } from './answers.ts';
import { belongsTo } from './channel-audience.ts';
import type { DeskDeps } from './desk-deps.ts';
import { requestDetails } from './projections/details-view.ts';
import { requestFacts } from './request-facts.ts';
import type { ChatActor, PostedMessage } from './surface.ts';
import type { DetailsView } from './views.ts';

/**
 * Everything about a request, for its requester and for those who may decide on it now; everything about a finding, for
 * people who pressed in the security channel (whoever may read that channel has the finding before them already).
 */
export async function details(
  deps: DeskDeps,
  actor: ChatActor,
  caseId: string,
  message: PostedMessage | undefined,
): Promise<DetailsView | { readonly refusal: Refusal }> {
  const known = deps.people.personsOf(actor);
  if ('refusal' in known) return known;
  const view = deps.runtime.read(caseId);
  const request = accessCase(view);
  if (request) {
    const who = deps.people.personOf(actor, tenantOf(request));
    return 'refusal' in who ? who : requestDetailsFor(deps, request, who.person);
  }
  if (!view) return { refusal: unknownCase };
  if (!message || !belongsTo(deps.config, deps.config.security.channel, message)) return { refusal: onlyInSecurityChannel };
  return (await deps.findings.details(caseId)) ?? { refusal: unknownCase };
}

async function requestDetailsFor(deps: DeskDeps, request: AccessCase, reader: Person) {
  const { request: asked } = request.context;
  if (samePerson(reader, asked.requester)) return requestDetails(await requestFacts(deps, request), 'requester');
  const rule = deps.settings.get(asked.entitlementId);
  const { account, groups } = await askAbout(deps.directoryOf(reader.tenantId), reader.objectId, rule?.approvers.groups ?? []);
  const verdict = mayDecide(asked, reader, rule, account, groups);
  return verdict.permitted ? requestDetails(await requestFacts(deps, request), 'approver') : { refusal: verdict };
}

export const onlyInSecurityChannel = refuse(
  'finding.elsewhere',
  'Findings are handled in the security channel only.',
  'Use the buttons on the message in that channel.',
);
