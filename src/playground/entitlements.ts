import { ROLES } from './cast.ts';

/** How often in 24 hours one person may be given one thing: enough for an afternoon of trying. */
export const TRIES_PER_DAY = 50;

/** What can be asked for in the playground: the same list goes to the bot's file and, by id, to the perimeter's. */
export const ENTITLEMENTS = [
  {
    id: 'global-reader',
    name: 'Global Reader',
    describes: 'Can read everything in the directory, changes nothing.',
    privileged: true,
    assurance: 'chat',
    roleDefinitionId: ROLES.globalReader,
    durationsMinutes: [30, 60, 240],
  },
  {
    id: 'security-reader',
    name: 'Security Reader',
    describes: 'Can read security settings, alerts and sign-in records, changes nothing.',
    privileged: true,
    assurance: 'chat',
    roleDefinitionId: ROLES.securityReader,
    durationsMinutes: [30, 60, 480],
  },
  {
    id: 'reports-reader',
    name: 'Reports Reader',
    describes: 'Can read sign-in and usage reports, changes nothing.',
    privileged: false,
    assurance: 'chat',
    roleDefinitionId: ROLES.reportsReader,
    durationsMinutes: [30, 60, 240],
  },
  {
    id: 'helpdesk-administrator',
    name: 'Helpdesk Administrator',
    describes: 'Can reset passwords of people without administrator roles and end their sessions.',
    privileged: true,
    assurance: 'signed',
    roleDefinitionId: ROLES.helpdeskAdministrator,
    durationsMinutes: [15, 30, 60],
  },
] as const;

/** What a click in chat gives; the rest waits for signatures. */
export const CHAT_ENTITLEMENTS = ENTITLEMENTS.filter(({ assurance }) => assurance === 'chat');
