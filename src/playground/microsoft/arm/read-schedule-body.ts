import { z } from 'zod';
import { durationMs } from '../tenant/expiration.ts';
import type { PimWords } from '../tenant/pim-engine.ts';
import { ArmRefusal } from './arm-error.ts';

const instant = z.iso.datetime({ offset: true });
/** A roleAssignmentScheduleRequest as it may be sent; words in their one spelling, unlike Graph's. */
export const scheduleRequestSchema = z.strictObject({
  properties: z.strictObject({
    principalId: z.guid(),
    roleDefinitionId: z.string(),
    requestType: z.enum([
      'AdminAssign',
      'AdminRemove',
      'AdminUpdate',
      'AdminExtend',
      'AdminRenew',
      'SelfActivate',
      'SelfDeactivate',
      'SelfExtend',
      'SelfRenew',
    ]),
    scheduleInfo: z
      .strictObject({
        startDateTime: instant.nullish(),
        expiration: z.strictObject({
          type: z.enum(['AfterDateTime', 'AfterDuration', 'NoExpiration']),
          endDateTime: instant.nullish(),
          duration: z.string().nullish(),
        }),
      })
      .nullish(),
    justification: z.string().nullish(),
    ticketInfo: z.strictObject({ ticketNumber: z.string().nullish(), ticketSystem: z.string().nullish() }).nullish(),
    condition: z.string().nullish(),
    conditionVersion: z.string().nullish(),
    linkedRoleEligibilityScheduleId: z.string().nullish(),
    targetRoleAssignmentScheduleId: z.string().nullish(),
    targetRoleAssignmentScheduleInstanceId: z.string().nullish(),
  }),
});
type Asked = z.infer<typeof scheduleRequestSchema>['properties'];

/** @throws {ArmRefusal} 400 for what PIM, or the playground, does not carry out */
export function wordsIn(asked: Asked): PimWords {
  const { requestType, scheduleInfo, ticketInfo, linkedRoleEligibilityScheduleId: linked } = asked;
  if (requestType !== 'AdminAssign' && requestType !== 'AdminRemove')
    throw new ArmRefusal(
      400,
      'InvalidRequestType',
      `The playground carries out AdminAssign and AdminRemove, not ${requestType}.`,
    );
  if (linked !== null && linked !== undefined)
    throw new ArmRefusal(400, 'InvalidRoleAssignmentRequest', 'linkedRoleEligibilityScheduleId is for activations.');
  if (requestType === 'AdminAssign' && (scheduleInfo === null || scheduleInfo === undefined))
    throw new ArmRefusal(400, 'InvalidRoleAssignmentRequest', 'scheduleInfo is required with AdminAssign.');
  return {
    action: requestType === 'AdminAssign' ? 'adminAssign' : 'adminRemove',
    justification: asked.justification ?? null,
    ticketInfo: { ticketNumber: ticketInfo?.ticketNumber ?? null, ticketSystem: ticketInfo?.ticketSystem ?? null },
    customData: null,
    isValidationOnly: false,
    ...(scheduleInfo === null || scheduleInfo === undefined ? {} : { scheduleInfo: scheduleIn(scheduleInfo) }),
  };
}

function scheduleIn({ startDateTime, expiration }: NonNullable<Asked['scheduleInfo']>): NonNullable<PimWords['scheduleInfo']> {
  const { endDateTime, duration } = expiration;
  const type = ({ AfterDateTime: 'afterDateTime', AfterDuration: 'afterDuration', NoExpiration: 'noExpiration' } as const)[
    expiration.type
  ];
  const isOdd =
    (type === 'afterDateTime' && !endDateTime) || (type === 'afterDuration' && durationMs(duration ?? '') === undefined);
  if (isOdd) throw new ArmRefusal(400, 'InvalidRoleAssignmentRequest', 'The expiration does not say when it ends.');
  return {
    expiration: { type, ...(duration ? { duration } : {}), ...(endDateTime ? { endDateTime } : {}) },
    ...(startDateTime ? { startDateTime } : {}),
  };
}
