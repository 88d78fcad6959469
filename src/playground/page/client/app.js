import { html } from 'html';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CasePane } from './case/pane.js';
import { Trouble } from './chat-window.js';
import { Guide } from './guide.js';
import { connect, readOnce } from './live.js';
import { SlackPane } from './slack/pane.js';
import { TeamsPane } from './teams/pane.js';
import { TenantPane } from './tenant/pane.js';
import { TopBar } from './top-bar.js';

const PLACES = [
  ['slack', 'Slack'],
  ['teams', 'Teams'],
  ['case', 'Case'],
  ['tenant', 'Tenant'],
];

function App() {
  const [state, setState] = useState(undefined);
  const [linked, setLinked] = useState(true);
  const [flows, setFlows] = useState({});
  const [place, setPlace] = useState('slack');
  const [who, setWho] = useState({ slack: 'rita', teams: 'anna' });
  const [talks, setTalks] = useState({ slack: {}, teams: {} });
  const [selected, setSelected] = useState(undefined);
  const [trouble, setTrouble] = useState('');
  useEffect(() => connect(setState, setLinked), []);
  useEffect(() => void readOnce('flows').then(setFlows), []);
  const newest = state?.cases[0]?.caseId;
  useEffect(() => setSelected(undefined), [newest]);
  if (!state) return html`<p class="boot">Starting the playground …</p>`;

  const show = (id) => {
    if (id === 'ask') {
      setWho((now) => ({ ...now, slack: 'rita' }));
      goTo('slack', '.window-slack .quick');
    } else if (id === 'decide') {
      setWho((now) => ({ ...now, teams: 'anna' }));
      setTalks((now) => ({ ...now, teams: { ...now.teams, anna: state.teams.panes.anna?.conversations[0]?.id } }));
      goTo('teams', '.window-teams .messages');
    } else goTo('tenant', '.clock-buttons button:last-child');
  };
  const goTo = (where, selector) => {
    setPlace(where);
    requestAnimationFrame(() => document.querySelector(selector)?.focus());
  };
  const chat = (kind) => ({
    personas: state.personas,
    persona: who[kind],
    onPersona: (key) => setWho((now) => ({ ...now, [kind]: key })),
    conversations: talks[kind],
    onConversation: (persona, id) => setTalks((now) => ({ ...now, [kind]: { ...now[kind], [persona]: id } })),
  });
  return html`<div class="page" data-place=${place}>
    <${TopBar} now=${state.now} offsetMs=${state.offsetMs} nextEvent=${state.nextEvent} consoleUrl=${state.consoleUrl} linked=${linked} onTrouble=${setTrouble} />
    <${Guide} lines=${state.guide} onShow=${show} />
    <${Trouble} sentence=${linked ? trouble : 'The playground does not answer. Is `npm start` still running? This page connects again by itself.'} onClose=${() => setTrouble('')} />
    <main class="columns">
      <div class="column people">
        <div class="place place-slack"><${SlackPane} state=${state.slack} askNext=${!state.guide[0].done} ...${chat('slack')} /></div>
        <div class="place place-teams"><${TeamsPane} state=${state.teams} ...${chat('teams')} /></div>
      </div>
      <div class="column place place-case"><${CasePane} cases=${state.cases} flows=${flows} selected=${selected} onSelect=${setSelected} now=${state.now} nextEvent=${state.nextEvent} /></div>
      <div class="column place place-tenant"><${TenantPane} tenant=${state.tenant} processes=${state.processes} alarms=${state.alarms} now=${state.now} /></div>
    </main>
    <nav class="places" aria-label="Parts of the playground">${PLACES.map(([id, name]) => html`<button type="button" key=${id} aria-current=${place === id ? 'page' : undefined} onClick=${() => setPlace(id)}>${name}</button>`)}</nav>
  </div>`;
}

render(html`<${App} />`, document.querySelector('#app'));
