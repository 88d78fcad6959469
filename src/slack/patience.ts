/** Slack's clock for a click is 3 s; a form waits this long for the desk before it says that it is still at work. */
export const SUBMIT_PATIENCE_MS = 2_000;
/** How long a modal waits for its content before it opens with "One moment"; its trigger lives 3 s. */
export const OPEN_PATIENCE_MS = 400;

/** The value if it comes in time, else undefined; the promise goes on either way. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<{ readonly value: T } | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
