import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPlainAzureRoleWriter } from '../../src/azure/plain-azure-role-writer.ts';
import { type HttpsServer, startHttps } from '../support/https-server.ts';
import { armOn, order, row } from './azure-order.ts';

let azure: HttpsServer;
let elsewhere: HttpsServer;
beforeEach(async () => {
  elsewhere = await startHttps(() => ({ status: 200, body: { value: [] } }));
});
afterEach(async () => {
  await azure.close();
  await elsewhere.close();
});

describe('our token for Azure', () => {
  it('goes nowhere else, although a next link says so', async () => {
    azure = await startHttps(() => ({ status: 200, body: { value: [], nextLink: `${elsewhere.url}/next` } }));
    await expect(createPlainAzureRoleWriter(armOn(azure)).held(order)).rejects.toMatchObject({ code: 'directory.rejected' });
    expect(elsewhere.asked).toEqual([]);
  });

  it('follows a next link to Azure itself', async () => {
    azure = await startHttps(({ query }) => {
      const next = `${azure.url}/next?page=2`;
      return { status: 200, body: query.has('page') ? { value: [row('last')] } : { value: [row('first')], nextLink: next } };
    });
    expect(await createPlainAzureRoleWriter(armOn(azure)).held(order)).toEqual(['first', 'last']);
  });

  it.each([
    ['elsewhere', () => elsewhere.url],
    ['to another address of Azure’s', () => azure.url],
  ])('is not sent %s by a redirect, nor is a write', async (_name, to) => {
    azure = await startHttps(({ path }) => ({ status: 307, headers: { location: `${to()}/moved${path}` } }));
    const writer = createPlainAzureRoleWriter(armOn(azure));
    for (const work of [writer.give(order), writer.take(order), writer.held(order)])
      await expect(work).rejects.toMatchObject({ code: 'directory.unavailable', retryable: true });
    expect(elsewhere.asked).toEqual([]);
    expect(azure.asked.filter(({ path }) => path.startsWith('/moved'))).toEqual([]);
  });
});
