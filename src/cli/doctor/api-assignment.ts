import { registerApi, word } from '../perimeter-setup-commands.ts';
import type { Check } from './check.ts';
import type { PerimeterParts } from './perimeter-groups.ts';

/** Who may have a token for the API: the bot, by assignment, and nobody else. */
export const apiAssignment: Check<PerimeterParts> = {
  id: 'api-assignment',
  title: 'Who may call',
  async look({ facts, registrations }) {
    const by = facts.apiAppId === undefined ? { identifierUri: facts.audience } : { appId: facts.apiAppId };
    const app = await registrations.registration(by);
    const api = app === undefined ? undefined : await registrations.enterpriseApplication(app.appId);
    if (app === undefined || api === undefined)
      return { problems: [`there is no enterprise application for ${facts.audience}`], fine: '' };
    const bot = await registrations.enterpriseApplication(facts.botClientId);
    if (bot === undefined)
      return { problems: [`the bot ${facts.botClientId} has no enterprise application in this tenant`], fine: '' };
    const role = app.appRoles.find(({ value }) => value === facts.role);
    const holders = role === undefined ? [] : await registrations.assigned(api, role.id);
    const others = holders.filter((id) => id.toLowerCase() !== bot.objectId.toLowerCase());
    return {
      problems: [
        ...(api.assignmentRequired ? [] : ['any application of the tenant gets a token for it: assignment is not required']),
        ...(holders.length > others.length ? [] : [`the bot ${facts.botClientId} does not have ${facts.role}`]),
      ],
      warnings: others.map((id) => `${id} has ${facts.role} too; the perimeter refuses it, but nobody needs it`),
      fine: `the bot alone has ${facts.role}, and without an assignment there is no token`,
    };
  },
  mend: ({ facts }) => registerApi(facts),
  show: ({ facts }) =>
    `az ad sp show --id ${word(facts.apiAppId ?? facts.audience)} --query "{required: appRoleAssignmentRequired}"`,
};
