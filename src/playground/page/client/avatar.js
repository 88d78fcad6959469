import { html } from 'html';

/** A person by initials; the colour only helps to find them again, the name stands beside it. */
export function Avatar({ name, persona, size = 32, bot = false }) {
  const initials = bot ? 'HP' : (persona?.initials ?? initialsOf(name));
  return html`<span class=${`avatar ${bot ? 'avatar-bot' : `avatar-${hue(name)}`}`} style=${{ width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.38)}px` }} aria-hidden="true">${initials}</span>`;
}

export const initialsOf = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join('')
    .toUpperCase();

/** The factor is one that gives each of this cast a colour of their own. */
function hue(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 52 + letter.codePointAt(0)) % 997;
  return sum % 6;
}
