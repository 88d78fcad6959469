const ASK_EVERY_MS = 350;
const ASK_EVERY_HIDDEN_MS = 2_000;

/** Asks for the playground's state, again and again; what has not changed is not sent. Returns how to stop. */
export function connect(onState, onLink) {
  let known = '';
  let stopped = false;
  const ask = async () => {
    try {
      const answer = await fetch(`/api/state?known=${known}`);
      if (answer.status === 200) {
        known = answer.headers.get('hallpass-state') ?? '';
        onState(await answer.json());
      }
      onLink(answer.ok);
    } catch {
      onLink(false);
    }
    if (!stopped) setTimeout(ask, document.hidden ? ASK_EVERY_HIDDEN_MS : ASK_EVERY_MS);
  };
  void ask();
  return () => {
    stopped = true;
  };
}

/** Does something in the playground. Always resolves: `{ ok: false, sentence }` says what went wrong, in words. */
export async function act(path, body = {}) {
  try {
    const answer = await fetch(`/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const value = await answer.json();
    return answer.ok
      ? { ok: true, ...value }
      : { ok: false, sentence: value.sentence ?? `The playground answered ${answer.status}.` };
  } catch {
    return { ok: false, sentence: 'The playground does not answer. Is `npm start` still running?' };
  }
}

export async function readOnce(path) {
  const answer = await fetch(`/api/${path}`);
  return answer.json();
}
