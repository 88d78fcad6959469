import { html } from 'html';
import { useState } from 'preact/hooks';
import { readOnce } from '../live.js';
import { secondsOf } from '../time.js';

/** Lines of both journals; opened, a line shows its bytes as they are stored. */
export function Journal({ lines }) {
  if (lines.length === 0)
    return html`<p class="empty">No line yet. Every step of the case is written here before it takes effect.</p>`;
  return html`<ol class="journal">${lines.map((line) => html`<${Line} key=${`${line.of}${line.seq}`} line=${line} />`)}</ol>`;
}

function Line({ line }) {
  const [raw, setRaw] = useState(undefined);
  const read = (event) => {
    if (event.target.open && raw === undefined)
      void readOnce(`journal/${line.of}/${line.seq}`).then((answer) => setRaw(answer.raw ?? answer.sentence));
  };
  return html`<li><details onToggle=${read}>
    <summary><span class=${`of of-${line.of}`}>${line.of}</span><span class="seq">#${line.seq}</span><span class="step"><span class="what">${line.events.join(', ')}</span> <span class="arrow" aria-hidden="true">→</span> <span class="to">${line.state}</span></span></summary>
    <dl><div><dt>at</dt><dd>${secondsOf(line.at)}</dd></div><div><dt>by</dt><dd>${line.actor}</dd></div><div><dt>head</dt><dd><code>${line.head.slice(0, 16)}…</code></dd></div></dl>
    <pre>${raw ?? 'Reading …'}</pre>
  </details></li>`;
}
