/** Runs what has the same key one after the other, in the order of asking; different keys do not wait for each other. */
export interface Serial {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

export function createSerial(): Serial {
  const tails = new Map<string, Promise<void>>();
  return {
    async run(key, task) {
      const before = tails.get(key);
      const { promise: tail, resolve: release } = Promise.withResolvers<void>();
      tails.set(key, tail);
      if (before !== undefined) await before;
      try {
        return await task();
      } finally {
        if (tails.get(key) === tail) tails.delete(key);
        release();
      }
    },
  };
}
