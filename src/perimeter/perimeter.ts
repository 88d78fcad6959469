import { assemblePerimeter, type PerimeterParts } from './assemble.ts';
import { listenOnControlSocket } from './freeze/control-socket.ts';
import { listen, type Listening } from './serve.ts';

export interface Perimeter {
  readonly url: string;
  /** Of the listener of operators. */
  readonly opsUrl: string;
  /** Of the listener of browsers, where there is one; people reach it by `approve.publicUrl`. */
  readonly approveUrl?: string;
  /** Orderly: answers what was asked, lets running writes end, closes the ledger. Whatever is unfinished goes on at the next start. */
  close(): Promise<void>;
}

const ANSWER_GRACE_MS = 5_000;

/** The perimeter behind listeners of its own. */
export async function startPerimeter(parts: PerimeterParts): Promise<Perimeter> {
  const { config } = parts;
  const perimeter = assemblePerimeter(parts);
  const listening: Pick<Listening, 'close'>[] = [];
  async function close(): Promise<void> {
    perimeter.quiesce();
    await Promise.all(listening.map((each) => each.close(ANSWER_GRACE_MS)));
    await perimeter.close();
  }
  try {
    if ('folder' in config.store) listening.push(await listenOnControlSocket(perimeter.control, config.store.folder));
    const ops = await listen(perimeter.ops, 'ops', config.ops);
    listening.push(ops);
    const api = await listen(perimeter.api, 'listen', config.listen);
    listening.push(api);
    if (perimeter.approve === undefined || config.approve === undefined) return { url: api.url, opsUrl: ops.url, close };
    const approve = await listen(perimeter.approve, 'approve.listen', config.approve.listen);
    listening.push(approve);
    return { url: api.url, opsUrl: ops.url, approveUrl: approve.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
