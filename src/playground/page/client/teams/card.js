import { html } from 'html';
import { useEffect, useRef, useState } from 'preact/hooks';
import { hostConfig } from './host-config.js';
import { markdown } from './text.js';

const { AdaptiveCards } = globalThis;
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown(text);
  result.didProcess = true;
};
const darkness = matchMedia('(prefers-color-scheme: dark)');

/** A real Adaptive Card, drawn by Microsoft's renderer. A click gives back what Teams would send: type, verb, data with the inputs. */
export function AdaptiveCard({ card, onAction }) {
  const place = useRef(null);
  const latest = useRef(onAction);
  latest.current = onAction;
  const [dark, setDark] = useState(darkness.matches);
  const [failure, setFailure] = useState('');
  const payload = JSON.stringify(card);
  useEffect(() => {
    const listen = (event) => setDark(event.matches);
    darkness.addEventListener('change', listen);
    return () => darkness.removeEventListener('change', listen);
  }, []);
  useEffect(() => {
    const renderer = new AdaptiveCards.AdaptiveCard();
    renderer.hostConfig = new AdaptiveCards.HostConfig(hostConfig(dark));
    renderer.onExecuteAction = (action) => {
      if (action instanceof AdaptiveCards.OpenUrlAction) return void window.open(action.url, '_blank', 'noopener');
      const type = action instanceof AdaptiveCards.ExecuteAction ? 'Action.Execute' : 'Action.Submit';
      setPressed(place.current, true);
      void Promise.resolve(latest.current({ type, verb: action.verb, id: action.id, data: action.data ?? {} })).finally(() =>
        setPressed(place.current, false),
      );
    };
    try {
      renderer.parse(JSON.parse(payload));
      const drawn = renderer.render();
      place.current.replaceChildren(...(drawn ? [drawn] : []));
      setFailure(drawn ? '' : 'The renderer drew nothing.');
    } catch (error) {
      setFailure(`The renderer refused this card: ${error.message}`);
    }
  }, [payload, dark]);
  return html`<div class="ac" ref=${place}></div>${failure && html`<p class="bk-unknown" role="alert">${failure}</p>`}`;
}

function setPressed(place, pressed) {
  for (const button of place?.querySelectorAll('button') ?? []) button.disabled = pressed;
}
