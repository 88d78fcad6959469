import { BUILD_PIPELINE_PRINCIPAL_ID, FOREIGN_TENANT_ID, RELEASE_GROUP_ID } from '../../../src/playground/cast.ts';
import { ABEL, ANNA, APPROVERS, GINA, RITA } from '../../perimeter/support/perimeter-config.ts';
import { approval } from '../../perimeter/support/world.ts';
import { alone, CHAT, codeOn, given, isGiven, looks, person, signs, tried } from '../acts.ts';
import type { Attack } from '../attack.ts';
import { refusalOf } from '../seen.ts';

/** Who gets it, as the bot says. */
export const receivers: readonly Attack[] = [
  {
    class: 'foreign receiver',
    name: 'asks in the name of somebody whom the guardrails do not list, and says that an approver agreed',
    code: 'guardrail.receiver',
    journal: 'began → refused',
    about: 'foreign000001',
    wishes: CHAT,
    async attack(world) {
      await world.register('foreign000001', { requester: GINA, principal: GINA });
      await world.approve('foreign000001');
      return refusalOf(world, 'foreign000001');
    },
    async twin(world) {
      await world.register('foreign000002', { requester: RITA, principal: RITA });
      await world.approve('foreign000002');
      await world.factsUntil('foreign000002', 'given');
    },
  },
  {
    class: 'foreign receiver',
    name: 'registers for an object of the directory that is no person: the principal of an application',
    code: 'guardrail.principal-absent',
    journal: 'began → refused',
    about: 'foreign000003',
    wishes: { more: { ...CHAT.more, mayReceive: { groups: [RELEASE_GROUP_ID], people: [] } } },
    attack: (world) => tried(world, 'foreign000003', alone(person(BUILD_PIPELINE_PRINCIPAL_ID))),
    twin: (world) => given(world, 'foreign000004', alone(ABEL), ANNA),
  },
  {
    class: 'named requester is not the principal',
    name: 'lets one person ask, and another one receive',
    code: 'guardrail.requester',
    journal: 'began → refused',
    about: 'another00001',
    wishes: CHAT,
    attack: (world) => tried(world, 'another00001', { requester: ANNA, principal: RITA }),
    twin: (world) => given(world, 'another00002', { requester: RITA, principal: RITA }),
  },
  {
    class: 'named requester is not the principal',
    name: 'lets the receiver approve what somebody else seems to have asked for',
    code: 'guardrail.self-approval',
    journal: 'transition decisionRefused → refused',
    about: 'another00003',
    wishes: CHAT,
    async attack(world) {
      await world.register('another00003');
      await world.call('POST', '/grants/another00003/decisions', { ...approval('another00003-1'), approver: RITA });
      return refusalOf(world, 'another00003');
    },
    twin: (world) => given(world, 'another00004'),
  },
  {
    class: 'foreign receiver',
    name: 'asks for somebody of another tenant, who has the object id of somebody here',
    code: 'guardrail.tenant',
    journal: 'began → refused',
    about: 'foreign000005',
    wishes: CHAT,
    attack: (world) => tried(world, 'foreign000005', alone({ ...RITA, tenantId: FOREIGN_TENANT_ID })),
    twin: (world) => given(world, 'foreign000006', alone({ ...RITA, tenantId: RITA.tenantId.toUpperCase() })),
  },
  {
    class: 'named requester is not the principal',
    name: 'says that somebody agreed whom the file does not list as an approver',
    code: 'guardrail.approver',
    journal: 'transition decisionRefused → refused',
    about: 'another00005',
    wishes: { more: { ...CHAT.more, approvers: { groups: [APPROVERS], people: [] } } },
    async attack(world) {
      await world.register('another00005');
      await world.call('POST', '/grants/another00005/decisions', { ...approval('another00005-1'), approver: GINA });
      return refusalOf(world, 'another00005');
    },
    twin: (world) => given(world, 'another00006', {}, ABEL),
  },
  {
    class: 'named requester is not the principal',
    name: 'says that an approver of another tenant agreed, who has the object id of one here',
    code: 'guardrail.approver-tenant',
    journal: 'transition decisionRefused → refused',
    about: 'another00007',
    wishes: { more: { ...CHAT.more, approvers: { groups: [APPROVERS], people: [] } } },
    async attack(world) {
      await world.register('another00007');
      const approver = { ...ABEL, tenantId: FOREIGN_TENANT_ID };
      await world.call('POST', '/grants/another00007/decisions', { ...approval('another00007-1'), approver });
      return refusalOf(world, 'another00007');
    },
    twin: (world) => given(world, 'another00008', {}, ABEL),
  },
  {
    class: 'named requester is not the principal',
    name: 'an approver signs the request in the place of whoever asked, by a form that they made',
    code: 'page.malformed',
    journal: 'began → registered',
    refusedAt: 'page',
    about: 'another00009',
    wishes: { more: { protected: true } },
    async attack(world) {
      await world.register('another00009');
      const browser = world.browserOf(ABEL);
      const page = await world.look(browser, 'another00009');
      const fields = Object.fromEntries((page.forms[0]?.fields ?? []).map(({ name, value }) => [name, value]));
      return codeOn(await browser.postFrom(world.origin, `${world.origin}/approve/another00009`, { ...fields, act: 'sign' }));
    },
    async twin(world) {
      await (await looks(world, RITA, 'another00009')).click('Sign this request');
      await signs(world, ABEL, 'another00009');
      await isGiven(world, 'another00009');
    },
  },
];
