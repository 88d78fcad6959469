import type { SocketModeReceiver } from '@slack/bolt';
import type { Log } from '../observe/log.ts';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const CLOSE_PATIENCE_MS = 2_000;

/** Holds the Socket Mode connection: connects, and connects again for as long as we run. */
export interface SocketLink {
  connected(): boolean;
  /** Resolves after the first attempt, whether it succeeded or not. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The client's own reconnecting lets a failed attempt escape as an unhandled rejection, which ends the process; so it is
 * switched off (`autoReconnectEnabled: false`) and done here.
 */
export function createSocketLink(receiver: SocketModeReceiver, log: Log): SocketLink {
  const { client } = receiver;
  let connected = false;
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  // A malformed message would make the client's async listener reject with nobody listening.
  const listeners = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (...message: unknown[]) => {
    for (const listener of listeners) {
      Promise.resolve(Reflect.apply(listener, client, message)).catch((error: unknown) =>
        log.warn({ err: error }, 'slack: a socket message was not understood'),
      );
    }
  });

  async function connect(): Promise<void> {
    timer = undefined;
    try {
      await receiver.start();
      connected = true;
      failures = 0;
    } catch (error) {
      log.error({ err: error }, 'slack: the socket could not be opened');
      again();
    }
  }

  function again(): void {
    connected = false;
    if (stopping || timer !== undefined) return;
    timer = setTimeout(() => void connect(), Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures));
    failures += 1;
  }

  client.on('disconnected', again);

  return {
    connected: () => connected,
    start: connect,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (!connected) return;
      connected = false;
      let patience: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        patience = setTimeout(resolve, CLOSE_PATIENCE_MS);
      });
      await Promise.race([client.disconnect(), late]);
      clearTimeout(patience);
    },
  };
}
