const EVERY_MS = 100;
const PATIENCE_MS = 50_000;

/** Repeats `look` until it no longer throws; the last error is the test's. */
export async function eventually(look: () => void | Promise<void>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += EVERY_MS) {
    try {
      await look();
      return;
    } catch (error) {
      if (waitedMs >= PATIENCE_MS) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, EVERY_MS);
      });
    }
  }
}
