/** Runs one at a time per key, in the order of asking. A failure of one does not touch the next. */
export function createKeyedLock(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined);
    tails.set(key, tail);
    void tail.then(() => (tails.get(key) === tail ? tails.delete(key) : undefined));
    return mine;
  };
}
