/** The least that Bolt can do with a click: verify it and acknowledge it. Prints its port; the signing secret is its argument. */
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';

const receiver = new HTTPReceiver({ signingSecret: process.argv[2] ?? '', endpoints: '/slack/events', logLevel: LogLevel.ERROR });
const app = new App({ receiver, authorize: async () => ({}), convoStore: false, logLevel: LogLevel.ERROR });
app.action({ type: 'block_actions' }, async ({ ack }) => ack());
const server = await receiver.start(0);
const address = server.address();
process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : ''}\n`);
