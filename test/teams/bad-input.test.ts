import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JWTPayload } from 'jose';
import * as fc from 'fast-check';
import { FOREIGN_TENANT_ID, RITA, TEAMS_APP_ID, TENANT_ID } from '../../src/playground/cast.ts';
import { pressing, teamsWorld, type Sent, type TeamsWorld, type TokenOptions } from './support/teams-world.ts';
import { CASE_ID, HOME } from './support/views.ts';

let world: TeamsWorld;
let effects: string[] = [];
const effect = (name: string) => {
  effects.push(name);
  return Promise.resolve({ done: true as const, sentence: `${name} done` });
};
beforeAll(async () => {
  world = await teamsWorld({
    decide: (_actor, caseId, decision) => effect(`${decision} ${caseId}`),
    submit: () => effect('submit'),
    release: () => effect('release'),
    home: () => {
      effects.push('home');
      return Promise.resolve(HOME);
    },
  });
});
afterAll(() => world.close());
beforeEach(() => {
  effects = [];
});

const approve = (more = {}) => pressing(world, 'approve', { v: 1, caseId: CASE_ID }, more);
const effectOfApproving = [`approve ${CASE_ID}`];
const bearer = async (claims?: JWTPayload, options?: TokenOptions) => `Bearer ${await world.token(claims, options)}`;

type Lie = readonly [what: string, send: () => Promise<Sent>, status: number, code: string];
const withToken = (claims: JWTPayload, options?: TokenOptions) => async () =>
  world.send(approve(), { authorization: await bearer(claims, options) });
const alg = (header: object, payload: object) =>
  `Bearer ${[header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;

const LIES: readonly Lie[] = [
  ['no token', () => world.send(approve(), { authorization: undefined }), 401, 'teams.token-refused'],
  ['an empty token', () => world.send(approve(), { authorization: 'Bearer ' }), 401, 'teams.token-refused'],
  ['another scheme', () => world.send(approve(), { authorization: 'Basic YTpi' }), 401, 'teams.token-refused'],
  ['garbage for a token', () => world.send(approve(), { authorization: 'Bearer a.b.c' }), 401, 'teams.token-refused'],
  [
    'a token that is not signed',
    () =>
      world.send(approve(), {
        authorization: alg(
          { alg: 'none', typ: 'JWT', kid: 'channel-key' },
          { iss: 'https://api.botframework.com', aud: TEAMS_APP_ID, exp: 4_000_000_000 },
        ),
      }),
    401,
    'teams.token-refused',
  ],
  ['a token signed by somebody else', withToken({}, { key: 'another' }), 401, 'teams.token-refused'],
  ['a token for another bot', withToken({ aud: TENANT_ID }), 401, 'teams.token-refused'],
  ['a token of another issuer', withToken({ iss: 'https://evil.example' }), 401, 'teams.token-refused'],
  [
    'a token of Entra itself, as an emulator has',
    withToken({ iss: `https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/`, ver: '1.0', appid: TEAMS_APP_ID }),
    401,
    'teams.token-refused',
  ],
  [
    'a token of another bot, as a skill has',
    withToken({ iss: `https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0`, ver: '2.0', azp: TENANT_ID }),
    401,
    'teams.token-refused',
  ],
  ['a token for another service address', withToken({ serviceurl: 'https://evil.example/' }), 401, 'teams.token-refused'],
  ['a token without a service address', withToken({ serviceurl: '' }), 401, 'teams.token-refused'],
  ['a token that ended six minutes ago', withToken({}, { expiresIn: -360 }), 401, 'teams.token-refused'],
  ['a token that begins in six minutes', withToken({}, { startsIn: 360 }), 401, 'teams.token-refused'],
  [
    'another service address, in token and activity',
    async () =>
      world.send(approve({ serviceUrl: 'https://evil.example/' }), {
        authorization: await bearer({ serviceurl: 'https://evil.example/' }),
      }),
    403,
    'teams.other-service',
  ],
  ['no service address', () => world.send(approve({ serviceUrl: undefined })), 400, 'teams.not-an-activity'],
  ['another channel than Teams', () => world.send(approve({ channelId: 'directline' })), 400, 'teams.not-an-activity'],
  [
    'the channel that botbuilder checks by other keys',
    () => world.send(approve({ channelId: 'AseChannel' })),
    400,
    'teams.not-an-activity',
  ],
  [
    'a conversation of another tenant',
    () => world.send(approve({ conversation: { id: 'a:x', conversationType: 'personal', tenantId: FOREIGN_TENANT_ID } })),
    403,
    'teams.other-tenant',
  ],
  [
    'channel data of another tenant',
    () => world.send(approve({ channelData: { tenant: { id: FOREIGN_TENANT_ID } } })),
    403,
    'teams.other-tenant',
  ],
  [
    'no tenant at all',
    () => world.send(approve({ conversation: { id: 'a:x', conversationType: 'personal' }, channelData: {} })),
    403,
    'teams.other-tenant',
  ],
  [
    'a sender without an object id',
    () => world.send(approve({ from: { id: '29:1x', name: 'Rita' } })),
    403,
    'teams.no-object-id',
  ],
  [
    'an object id that is none',
    () => world.send(approve({ from: { id: '29:1x', aadObjectId: "' or 1 eq 1" } })),
    400,
    'teams.not-an-activity',
  ],
  ['a list instead of an activity', () => world.send([approve()]), 400, 'teams.not-an-activity'],
  ['null', () => world.send(null), 400, 'teams.not-an-activity'],
  ['no JSON', () => world.send(undefined, { raw: '{"type":"invoke",' }), 400, 'teams.not-json'],
  ['no UTF-8', () => world.send(undefined, { raw: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) }), 400, 'teams.not-json'],
  ['a body of another type', () => world.send(approve(), { contentType: 'text/plain' }), 415, 'teams.not-json'],
  ['a body that is too large', () => world.send(approve({ padding: 'x'.repeat(300_000) })), 413, 'teams.too-large'],
  ['a GET', () => world.send(undefined, { method: 'GET' }), 405, 'teams.only-post'],
  ['an invoke that is not ours', () => world.send(approve({ name: 'task/fetch' })), 501, 'teams.unknown-invoke'],
];

describe('a lie is refused clearly, with no effect and never as our failure', () => {
  it.each(LIES)('%s', async (_, send, status, code) => {
    const sent = await send();
    expect([sent.status, Reflect.get(Object(Reflect.get(Object(sent.body), 'error')), 'code')]).toEqual([status, code]);
    expect(effects).toEqual([]);
    expect(world.posts()).toEqual([]);
  });
});

describe('the same without the lie is heard', () => {
  const TRUTHS: readonly (readonly [string, () => Promise<Sent>])[] = [
    ['with everything in order', () => world.send(approve())],
    [
      'with a token that ended four minutes ago: clocks differ',
      async () => world.send(approve(), { authorization: await bearer({}, { expiresIn: -240 }) }),
    ],
    [
      'with a token that begins in four minutes',
      async () => world.send(approve(), { authorization: await bearer({}, { startsIn: 240 }) }),
    ],
    ['with the tenant in one place only', () => world.send(approve({ channelData: undefined }))],
    [
      'with ids in capitals',
      () =>
        world.send(
          approve({
            from: { id: '29:1x', aadObjectId: RITA.objectId.toUpperCase() },
            channelData: { tenant: { id: TENANT_ID.toUpperCase() } },
          }),
        ),
    ],
    ['with more fields than we know', () => world.send(approve({ padding: 'x'.repeat(200_000) }))],
    ['with a charset in the content type', () => world.send(approve(), { contentType: 'application/json; charset=utf-8' })],
  ];
  it.each(TRUTHS)('%s', async (_, send) => {
    await expect(send()).resolves.toMatchObject({
      status: 200,
      body: { statusCode: 200, value: expect.stringContaining('done') },
    });
    expect(effects).toEqual(effectOfApproving);
  });
});

describe('a button that says something else than we wrote is refused to the one who pressed it', () => {
  const DATA: readonly (readonly [string, string, unknown])[] = [
    ['no data', 'approve', undefined],
    ['another version', 'approve', { v: 2, caseId: CASE_ID }],
    ['no case', 'approve', { v: 1 }],
    ['a case id that is a path', 'approve', { v: 1, caseId: '../../x' }],
    ['a case id that is too long', 'approve', { v: 1, caseId: 'a'.repeat(81) }],
    ['a verb that we do not have', 'constructor', { v: 1, caseId: CASE_ID }],
    ['a form without its id', 'submit', { v: 1, entitlement: 'x', duration: '30', justification: 'y' }],
    ['a note that is no text', 'deny', { v: 1, caseId: CASE_ID, note: { a: 1 } }],
    ['no note', 'deny', { v: 1, caseId: CASE_ID, note: '  ' }],
    ['a note that is too long', 'deny', { v: 1, caseId: CASE_ID, note: 'x'.repeat(301) }],
  ];
  it.each(DATA)('%s', async (_, verb, data) => {
    const sent = await world.send(pressing(world, verb, data as Record<string, unknown>));
    expect(sent).toMatchObject({
      status: 200,
      body: {
        type: 'application/vnd.microsoft.activity.message',
        value: expect.stringMatching(/\((teams\.unreadable|decision\.note-needed)\)$/),
      },
    });
    expect(effects).toEqual([]);
  });

  it('and is heard when it says what we wrote', async () => {
    await world.send(pressing(world, 'deny', { v: 1, caseId: CASE_ID, note: 'x'.repeat(300) }));
    expect(effects).toEqual([`deny ${CASE_ID}`]);
  });

  it('whatever it says: always an answer of the protocol, never an effect by accident', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 12 }), fc.jsonValue(), async (verb, data) => {
        const sent = await world.send(pressing(world, verb, data as Record<string, unknown>));
        expect(sent.status).toBe(200);
        expect(sent.body).toHaveProperty('statusCode', 200);
      }),
      { numRuns: 50 },
    );
    expect(effects).toEqual([]);
  }, 30_000);
});

it('answers any body at all with a refusal of its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.jsonValue().map((json) => JSON.stringify(json)),
        fc.string(),
      ),
      async (raw) => {
        const sent = await world.send(undefined, { raw });
        expect(sent.status).toBeGreaterThanOrEqual(400);
        expect(sent.status).toBeLessThan(500);
      },
    ),
    { numRuns: 50 },
  );
  expect(effects).toEqual([]);
}, 30_000);
