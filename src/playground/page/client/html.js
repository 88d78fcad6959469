import htm from 'htm';
import { h } from 'preact';

/** JSX without a build step: htm`<div />`. Values are text, never markup. */
export const html = htm.bind(h);
