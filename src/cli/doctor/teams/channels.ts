import { channelsCheck } from '../channels.ts';

export const teamsChannels = channelsCheck(
  'teams-channels',
  'In Teams: the team’s Manage team > Apps > Upload or add Hallpass (manifest/teams.md).',
);
