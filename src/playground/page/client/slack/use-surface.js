import { useState } from 'preact/hooks';

/** What the blocks of one message or view stand on: their inputs as typed so far, and how a click gets to the bot. */
export function useSurface(id, run, place, busy, errors = {}) {
  const [values, setValues] = useState({});
  const setValue = (blockId, actionId, value) =>
    setValues((now) => ({ ...now, [blockId]: { ...now[blockId], [actionId]: value } }));
  return {
    id,
    values,
    setValue,
    errors,
    busy,
    press: (action) => run('slack/action', { ...place, action, values }),
    search: (query) => run('slack/options', { ...place, ...query, values }),
  };
}
