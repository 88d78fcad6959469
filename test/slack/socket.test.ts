import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AddressInfo } from 'node:net';
import { Secret } from '../../src/access/core/secret.ts';
import { RITA as RITA_OF_CAST } from '../../src/playground/cast.ts';
import { playedSlack, type PlayedSlack } from './played-slack.ts';
import { buttonPress, OTHER_WORKSPACE, RITA, WORKSPACE } from './payload-samples.ts';
import { slackWorld, type SlackWorld } from './slack-world.ts';

let played: PlayedSlack | undefined;
let world: SlackWorld | undefined;
let sockets: WebSocketServer | undefined;
afterEach(async () => {
  await played?.close();
  await world?.close();
  for (const socket of sockets?.clients ?? []) socket.terminate();
  sockets?.close();
  played = world = sockets = undefined;
});

describe('the Socket Mode connection', () => {
  it.each([
    ['Slack asks for it', (slack: PlayedSlack['slack']) => slack.socket.askToReconnect()],
    ['it broke without a word', (slack: PlayedSlack['slack']) => slack.socket.drop()],
  ])('comes back when %s', async (_, lose) => {
    played = await playedSlack('socket');
    const { slack, seen, surface } = played;
    lose(slack);
    await seen(() => (slack.model.state().transport === 'http' ? true : undefined));
    await seen(() => (slack.model.state().transport === 'socket' ? true : undefined));
    await slack.people.slashCommand(RITA_OF_CAST.slackUserId, '/access');
    await seen(() => played?.modal(RITA_OF_CAST.slackUserId));
    expect(await surface.health()).toEqual({ ok: true });
  });

  it('is tried again and again while Slack cannot be reached, and the process lives on', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    world = await slackWorld({}, { mode: 'socket', appToken: new Secret('xapp-not-real') });
    // The local Slack knows no socket: it answers without an address.
    expect(world.slack.calls.map(({ method }) => method)).toEqual(['apps.connections.open']);
    expect(await world.surface.health()).toMatchObject({ ok: false, reason: expect.stringContaining('Socket Mode') });
    const tried = world.slack.calls.length;
    await new Promise<void>((resolve) => {
      world?.slack.answer('apps.connections.open', () => {
        resolve();
        return { ok: false, error: 'internal_error' };
      });
    });
    expect(world.slack.calls.length).toBeGreaterThan(tried);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

interface RawSocket {
  say(message: unknown): void;
  /** The next acknowledgement. */
  heard(): Promise<unknown>;
}

/** The surface on a socket that says whatever the test wants. */
async function rawSocket(): Promise<RawSocket> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  sockets = server;
  await new Promise((resolve) => server.once('listening', resolve));
  const connected = new Promise<WebSocket>((resolve) => server.once('connection', resolve));
  void connected.then((socket) => socket.send(JSON.stringify({ type: 'hello', num_connections: 1 })));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  world = await slackWorld({}, { mode: 'socket', appToken: new Secret('xapp-not-real') }, undefined, {
    'apps.connections.open': () => ({ ok: true, url }),
  });
  const socket = await connected;
  return {
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    heard: () => new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString('utf8'))))),
  };
}

const envelope = (payload: unknown, id = `e${Math.random()}`) => ({
  envelope_id: id,
  type: 'interactive',
  accepts_response_payload: true,
  payload,
});

describe('what comes over the socket', () => {
  it.each([
    ['another workspace', buttonPress('approve', 'case0001', { team: { id: OTHER_WORKSPACE } })],
    ['somebody of another workspace', buttonPress('approve', 'case0001', { user: { id: RITA, team_id: OTHER_WORKSPACE } })],
    ['nobody', buttonPress('approve', 'case0001', { user: {} })],
  ])('is acknowledged without an effect when it is of %s; the honest one after it is heard', async (_, lie) => {
    const socket = await rawSocket();
    const acknowledged = socket.heard();
    socket.say(envelope(lie, 'lie'));
    expect(await acknowledged).toMatchObject({ envelope_id: 'lie' });
    socket.say(envelope(buttonPress('approve', 'case0001')));
    await world?.desk.heard(1);
    expect(world?.desk.calls).toHaveLength(1);
  });

  it.each([
    ['no JSON', '{"type":"interactive",'],
    ['an event without its inside', { envelope_id: 'x', type: 'events_api', payload: {} }],
    ['an envelope without a payload', { envelope_id: 'x', type: 'interactive' }],
    ['null', 'null'],
  ])('does not end the process when it is %s', async (_, nonsense) => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const socket = await rawSocket();
    socket.say(nonsense);
    socket.say(envelope(buttonPress('approve', 'case0001')));
    await world?.desk.heard(1);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is taken once when an event is delivered twice', async () => {
    const socket = await rawSocket();
    const event = {
      type: 'event_callback',
      team_id: WORKSPACE,
      event_id: 'Ev0001',
      event: { type: 'app_home_opened', user: RITA, channel: 'D0RITA0001', tab: 'home' },
    };
    for (const id of ['first', 'second']) {
      const acknowledged = socket.heard();
      socket.say({ envelope_id: id, type: 'events_api', payload: event, retry_attempt: 0, retry_reason: '' });
      expect(await acknowledged).toMatchObject({ envelope_id: id });
    }
    socket.say(envelope(buttonPress('approve', 'case0001')));
    await world?.desk.heard(2);
    expect(world?.desk.calls.map(({ verb }) => verb)).toEqual(['home', 'decide']);
  });
});
