/** Writes that are under way in this process, by grant: a taking waits until the giving that it overtook has ended one way or the other. */
export interface InFlight {
  during<T>(grantId: string, work: () => Promise<T>): Promise<T>;
  settled(grantId: string): Promise<void>;
}

export function createInFlight(): InFlight {
  const running = new Map<string, Promise<unknown>>();
  return {
    async during(grantId, work) {
      const promise = work();
      const settled = promise.catch(() => undefined);
      running.set(grantId, settled);
      try {
        return await promise;
      } finally {
        if (running.get(grantId) === settled) running.delete(grantId);
      }
    },
    async settled(grantId) {
      await running.get(grantId);
    },
  };
}
