import { channelsCheck } from '../channels.ts';

export const slackChannels = channelsCheck('slack-channels', 'In each channel named above: /invite @Hallpass');
