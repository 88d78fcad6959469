import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to the next COMMIT that comes by. */
export type Cut = 'the commit is lost' | 'the answer is lost' | 'the commit is held up';

/** Stands between a store and its database, and breaks connections at the worst moment. */
export interface CuttingProxy {
  readonly port: number;
  /** Resolves when it has happened: the store has lost its connection. */
  cut(what: Cut): Promise<void>;
  /** Resolves when a message with this text comes by. */
  seen(text: string): Promise<void>;
  /** Hands over what was held up. */
  deliver(): void;
  down(): void;
  up(): void;
  close(): Promise<void>;
}

/** How the driver sends it: a simple query, with its zero at the end. */
const COMMIT = Buffer.from('COMMIT\0');

export async function cuttingProxy(databasePort: () => number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const watchers = new Set<{ readonly text: string; readonly resolve: () => void }>();
  let armed: { readonly what: Cut; readonly done: () => void } | undefined;
  let held: (() => void) | undefined;
  let isDown = false;

  const onCommit = (client: Socket, database: Socket, bytes: Buffer): void => {
    const { what, done } = armed ?? { what: 'the commit is lost', done: () => undefined };
    armed = undefined;
    const gone = () => {
      client.destroy();
      done();
    };
    if (what === 'the commit is lost') {
      database.destroy();
      gone();
    } else if (what === 'the answer is lost') {
      database.removeAllListeners('data').once('data', gone);
      database.write(bytes);
    } else {
      database.removeAllListeners('data');
      held = () => database.end(bytes);
      gone();
    }
  };

  const server = createServer((client) => {
    if (isDown) {
      client.destroy();
      return;
    }
    const database = connect(databasePort(), '127.0.0.1');
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes: Buffer) => {
      for (const watcher of [...watchers]) if (bytes.includes(watcher.text)) watcher.resolve();
      if (armed !== undefined && bytes.includes(COMMIT)) onCommit(client, database, bytes);
      else database.write(bytes);
    });
    database.on('data', (bytes: Buffer) => client.write(bytes));
    database.on('close', () => client.destroy());
    client.on('close', () => {
      if (held === undefined) database.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    cut: (what) =>
      new Promise((resolve) => {
        armed = { what, done: resolve };
      }),
    seen: (text) =>
      new Promise((resolve) => {
        const watcher = { text, resolve: () => resolve(void watchers.delete(watcher)) };
        watchers.add(watcher);
      }),
    deliver() {
      held?.();
      held = undefined;
    },
    down() {
      isDown = true;
      for (const socket of sockets) socket.destroy();
    },
    up() {
      isDown = false;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
