import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BOT_APP, GINA } from '../../../src/playground/cast.ts';
import { SUBSCRIPTION_SCOPE } from '../../../src/playground/microsoft/tenant/azure-assignments.ts';
import { type Bench, type Caller, code, rows, startBench } from './far-end.ts';

const LIST = '/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=atScope()';
const RESOURCES = '/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01';
const QUERY =
  "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | project id, name, properties | order by id asc";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  bench.far.tenant.reset();
  bench.far.tenant.azure.indexLagMs = 0;
  bench.far.limits.reset();
});

const query = (caller: Caller, options: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  bench.arm(caller, 'POST', RESOURCES, { query: QUERY, options, ...more });
const scopes = (found: readonly { readonly [key: string]: unknown }[]) =>
  found.map((row) => Reflect.get(Object(row['properties']), 'scope'));
const blindBot = () => {
  const own = bench.far.tenant.azure.all().find(({ principalId }) => principalId === BOT_APP.principalId);
  bench.far.tenant.azure.remove(own?.name ?? '', { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name });
};

describe('Resource Graph', () => {
  it.each([
    ['AtScopeAboveAndBelow', true, true],
    ['AtScopeAndAbove', true, false],
    ['AtScopeAndBelow', false, true],
    ['AtScopeExact', false, false],
    [undefined, false, true],
  ])('with %s shows what is above: %s, what is below: %s', async (filter, above, below) => {
    bench.far.tenant.elevate();
    const answer = await query('bot', filter === undefined ? {} : { authorizationScopeFilter: filter });
    const found = scopes(rows(answer, 'data'));
    expect([found.includes('/'), found.includes(`${SUBSCRIPTION_SCOPE}/resourceGroups/shop`)]).toEqual([above, below]);
  });

  it('answers 200 and nothing to one who may not look', async () => {
    bench.far.tenant.elevate();
    blindBot();
    const answer = await query('bot', { authorizationScopeFilter: 'AtScopeAboveAndBelow' });
    expect([answer.status, answer.body['totalRecords'], rows(answer, 'data')]).toEqual([200, 0, []]);
  });

  it('shows nothing of the root to one who reads only the subscription', async () => {
    bench.far.tenant.elevate();
    blindBot();
    bench.far.tenant.azure.add(
      { scope: SUBSCRIPTION_SCOPE, role: 'reader', principalId: BOT_APP.principalId, principalType: 'ServicePrincipal' },
      { kind: 'user', id: GINA.objectId, objectId: GINA.objectId, name: GINA.name },
    );
    const found = scopes(rows(await query('bot', { authorizationScopeFilter: 'AtScopeAboveAndBelow' }), 'data'));
    expect(found).not.toContain('/');
    expect(found).toContain(SUBSCRIPTION_SCOPE);
  });

  it('knows nothing of the scope filter in the version before it', async () => {
    const unrecorded = await startBench({ recorded: false });
    const body = { query: QUERY, options: { authorizationScopeFilter: 'AtScopeAboveAndBelow' } };
    const answer = await unrecorded.arm('bot', 'POST', RESOURCES.replace('2022-10-01', '2021-03-01'), body);
    expect(scopes(rows(answer, 'data'))).not.toContain('/');
    await unrecorded.close();
  });

  it('runs behind what is true', async () => {
    bench.far.tenant.azure.indexLagMs = 60_000;
    bench.far.tenant.elevate();
    const answer = await query('bot', { authorizationScopeFilter: 'AtScopeAboveAndBelow' });
    expect(scopes(rows(answer, 'data')).filter((scope) => scope === '/').length).toBe(1);
    expect(rows(await bench.arm('bot', 'GET', LIST)).length).toBe(2);
  });

  it('is read page by page', async () => {
    const first = await query('bot', { authorizationScopeFilter: 'AtScopeAboveAndBelow', $top: 2 });
    expect([first.body['count'], first.body['totalRecords'], first.body['resultTruncated']]).toEqual([2, 6, 'false']);
    const rest = await query('bot', { authorizationScopeFilter: 'AtScopeAboveAndBelow', $skipToken: first.body['$skipToken'] });
    expect([rest.body['count'], rest.body['$skipToken']]).toEqual([4, undefined]);
  });

  it('says that it cut off what cannot be paged for want of an id', async () => {
    const answer = await bench.arm('bot', 'POST', RESOURCES, {
      query: 'authorizationresources | project name',
      options: { $top: 2 },
    });
    expect([answer.body['resultTruncated'], answer.body['$skipToken']]).toEqual(['true', undefined]);
  });

  it.each([
    ['a query in another language', 'SELECT * FROM resources'],
    ['a table it does not hold', 'resources | take 1'],
    ['an operator it does not know', 'authorizationresources | join (authorizationresources) on id'],
    ['a column that does not exist', "authorizationresources | where nickname == 'x'"],
    ['half a condition', 'authorizationresources | where type =~'],
    ['a function it does not know', 'authorizationresources | extend a = parse_json(properties)'],
    ['an unfinished text', "authorizationresources | where type =~ 'micro"],
  ])('refuses %s', async (_, wrong) => {
    const answer = await bench.arm('bot', 'POST', RESOURCES, { query: wrong });
    expect([answer.status, code(answer), answer.body['error']?.['details']?.[0]?.['code']]).toEqual([
      400,
      'BadRequest',
      'InvalidQuery',
    ]);
  });

  it('refuses a body that is not one', async () => {
    for (const body of [{}, { query: QUERY, options: { $top: 1_001 } }, { query: QUERY, please: true }])
      expect((await bench.arm('bot', 'POST', RESOURCES, body)).status).toBe(400);
  });

  it('takes 15 questions in five seconds and then says how long to wait', async () => {
    const answers = [];
    for (let index = 0; index < 16; index++) answers.push(await query('bot', {}));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(15).fill(200), 429]);
    expect(answers[14]?.headers['x-ms-user-quota-remaining']).toBe('0');
    expect(Number(answers[15]?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await query('perimeter', {})).status).toBe(200);
  });
});
