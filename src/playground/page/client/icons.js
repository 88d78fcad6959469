import { html } from 'html';

const paths = {
  check: 'M3.5 8.5l3 3 6-7',
  clock: 'M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
  forward: 'M3 4l5 4-5 4V4zM9 4l5 4-5 4V4z',
  reset: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8',
  warn: 'M8 2.5l6 11H2l6-11zM8 6.5v3M8 11.4v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  shield: 'M8 2l5 2v4c0 3-2.2 5-5 6-2.8-1-5-3-5-6V4l5-2z',
  key: 'M5.5 13a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM7.5 8.4L13.5 2.5M11 5l2 2',
  send: 'M2.5 8L13.5 3l-3 10-3-4-5-1z',
  lock: 'M4 7.5h8v6H4v-6zM5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3',
  power: 'M8 2.5v5M11.5 4.2a5 5 0 1 1-7 0',
  down: 'M4 6l4 4 4-4',
  bolt: 'M9 2L4 9h3.5L7 14l5-7H8.5L9 2z',
  hash: 'M6.5 2.5l-1.5 11M11 2.5l-1.5 11M3 6h10.5M2.5 10H13',
};

/** Decoration beside text; a screen reader does not hear it. */
export function Icon({ name, size = 16 }) {
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d=${paths[name]} /></svg>`;
}
