import { html } from 'html';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icons.js';
import { act } from './live.js';
import { dayOf, secondsOf, zoneName } from './time.js';

export function TopBar({ now, offsetMs, nextEvent, consoleUrl, linked, onTrouble }) {
  const [busy, setBusy] = useState(false);
  const run = async (path, body) => {
    if (busy) return;
    setBusy(true);
    const answer = await act(path, body);
    setBusy(false);
    onTrouble(answer.ok ? '' : answer.sentence);
  };
  return html`<header class="top">
    <div class="brand"><svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><rect x="3" y="7" width="26" height="18" rx="5" class="brand-pass" /><circle cx="11" cy="16" r="3.2" class="brand-mark" /><path d="M17 13.5h8M17 18.5h5" class="brand-line" /></svg>
      <div><h1>Hallpass</h1><span>playground</span></div></div>
    <div class="clock" role="group" aria-label="The clock of the playground">
      <div class="clock-face"><${Ticking} offsetMs=${offsetMs} now=${now} /><span class="clock-day">${dayOf(now)} · ${zoneName}${offsetMs > 0 ? ` · ${aheadWords(offsetMs)} ahead` : ''}</span></div>
      <div class="clock-buttons">
        <button type="button" class="button" aria-disabled=${busy} onClick=${() => run('clock/advance', { ms: 5 * 60_000 })} aria-label="Move the clock 5 minutes forward">+5 min</button>
        <button type="button" class="button" aria-disabled=${busy} onClick=${() => run('clock/advance', { ms: 60 * 60_000 })} aria-label="Move the clock 1 hour forward">+1 h</button>
        <button type="button" class="button" aria-disabled=${busy || !nextEvent} onClick=${() => nextEvent && run('clock/next')} title=${nextEvent ? `${nextEvent.what}` : 'Nothing is waiting for the clock'}><${Icon} name="forward" size=${14} /> <span class="wide-only">To the </span>next event</button>
      </div>
    </div>
    <div class="top-end">
      <a class="button" href=${consoleUrl} target="_blank" rel="noopener">Console</a>
      <span class=${`link-state ${linked ? 'is-on' : 'is-off'}`} role="status">${linked ? 'live' : 'not connected'}</span>
      <button type="button" class="button" aria-disabled=${busy} onClick=${() => confirm('Begin again with a fresh tenant, workspace and journals?') && run('reset')}><${Icon} name="reset" size=${14} /> Reset</button>
    </div>
  </header>`;
}

/** Ticks by itself; `now` and `offsetMs` are what the playground said last. */
function Ticking({ offsetMs }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const shown = new Date(Date.now() + offsetMs).toISOString();
  return html`<time class="clock-time" datetime=${shown}>${secondsOf(shown)}</time>`;
}

function aheadWords(ms) {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ''}` : `${Math.round(hours / 24)} days`;
}
