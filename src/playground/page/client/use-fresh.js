import { useRef } from 'preact/hooks';

/** Which conversations have something that was not looked at yet. What stood there when the page was opened counts as seen. */
export function useFresh(panes) {
  const seen = useRef(undefined);
  if (seen.current === undefined) {
    seen.current = new Map();
    for (const [key, pane] of Object.entries(panes))
      for (const one of pane.conversations) seen.current.set(`${key} ${one.id}`, signatureOf(one));
  }
  return {
    isFresh: (key, one) =>
      one.messages !== undefined && one.messages.length > 0 && seen.current.get(`${key} ${one.id}`) !== signatureOf(one),
    markSeen: (key, one) => seen.current.set(`${key} ${one.id}`, signatureOf(one)),
  };
}

const signatureOf = (conversation) =>
  conversation.messages.map((message) => `${message.ts ?? message.id}${message.edited}`).join();
