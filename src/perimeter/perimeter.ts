import { assemblePerimeter, type PerimeterParts } from './assemble.ts';
import { listen, type Listening } from './serve.ts';

export interface Perimeter {
  readonly url: string;
  /** Of the listener of operators. */
  readonly opsUrl: string;
  /** Orderly: answers what was asked, lets running writes end, closes the ledger. Whatever is unfinished goes on at the next start. */
  close(): Promise<void>;
}

const ANSWER_GRACE_MS = 5_000;

/** The perimeter behind listeners of its own. */
export async function startPerimeter(parts: PerimeterParts): Promise<Perimeter> {
  const { config } = parts;
  const perimeter = assemblePerimeter(parts);
  const listening: Listening[] = [];
  async function close(): Promise<void> {
    perimeter.quiesce();
    await Promise.all(listening.map((each) => each.close(ANSWER_GRACE_MS)));
    await perimeter.close();
  }
  try {
    const ops = await listen(perimeter.ops, 'ops', config.ops);
    listening.push(ops);
    const api = await listen(perimeter.api, 'listen', config.listen);
    listening.push(api);
    return { url: api.url, opsUrl: ops.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
