/**
 * Where time comes from. The domain clock tells when things end and may run ahead in the playground; the transport clock
 * (signatures, tokens) is always the machine's own.
 */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Calls back whenever the clock was moved, so that sleepers look again. Returns how to stop listening. */
  onMoved(listener: () => void): () => void;
}

export const transportClock: Clock = { now: () => Date.now(), onMoved: () => () => undefined };

export function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
