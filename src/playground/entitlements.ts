import { ROLES } from './cast.ts';

/** What can be asked for in the playground: the same list goes to the bot's file and, by id, to the perimeter's. */
export const ENTITLEMENTS = [
  {
    id: 'global-reader',
    name: 'Global Reader',
    describes: 'Can read everything in the directory, changes nothing.',
    privileged: true,
    roleDefinitionId: ROLES.globalReader,
    durationsMinutes: [30, 60, 240],
  },
  {
    id: 'security-reader',
    name: 'Security Reader',
    describes: 'Can read security settings, alerts and sign-in records, changes nothing.',
    privileged: true,
    roleDefinitionId: ROLES.securityReader,
    durationsMinutes: [30, 60, 480],
  },
  {
    id: 'helpdesk-administrator',
    name: 'Helpdesk Administrator',
    describes: 'Can reset passwords of people without administrator roles and end their sessions.',
    privileged: true,
    roleDefinitionId: ROLES.helpdeskAdministrator,
    durationsMinutes: [15, 30, 60],
  },
] as const;
