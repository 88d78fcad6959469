import { html } from 'html';
import { Dialog } from '../dialog.js';
import { Plain, TextObject } from './mrkdwn.js';

/** Slack's own "Are you sure?" in front of a button. */
export function ConfirmDialog({ confirm, onYes, onNo }) {
  return html`<${Dialog} title=${confirm.title.text} onClose=${onNo} small>
    <p><${TextObject} text=${confirm.text} names=${{ users: {}, channels: {} }} /></p>
    <footer class="dialog-foot">
      <button type="button" class="bk-button" onClick=${onNo}><${Plain} text=${confirm.deny.text} /></button>
      <button type="button" class=${`bk-button bk-${confirm.style ?? 'primary'}`} onClick=${onYes}><${Plain} text=${confirm.confirm.text} /></button>
    </footer>
  <//>`;
}
