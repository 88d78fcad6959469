import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';

const text = z.string().nullish();
const ticketInfo = z.object({ ticketNumber: text, ticketSystem: text }).nullish();

/** What we read of a unifiedRoleAssignmentScheduleRequest. */
export const scheduleRequestSchema = z.object({
  id: z.string(),
  status: z.string(),
  action: z.string(),
  principalId: z.string(),
  roleDefinitionId: z.string(),
  directoryScopeId: text,
  targetScheduleId: text,
  createdDateTime: text,
  ticketInfo,
});
export type ScheduleRequest = z.infer<typeof scheduleRequestSchema>;

/** What we read of a unifiedRoleAssignmentScheduleInstance: what is live right now. */
export const scheduleInstanceSchema = z.object({
  id: z.string(),
  principalId: z.string(),
  roleDefinitionId: z.string(),
  directoryScopeId: text,
  assignmentType: text,
  memberType: text,
  startDateTime: text,
  endDateTime: text,
  roleAssignmentScheduleId: text,
  /** Of the unifiedRoleAssignment that this makes. */
  roleAssignmentOriginId: text,
});
export type ScheduleInstance = z.infer<typeof scheduleInstanceSchema>;

/** What we read of a privilegedAccessGroupAssignmentScheduleRequest. */
export const groupRequestSchema = z.object({
  id: z.string(),
  status: z.string(),
  action: z.string(),
  accessId: text,
  groupId: z.string(),
  principalId: z.string(),
  targetScheduleId: text,
  createdDateTime: text,
  ticketInfo,
});

/** What we read of a privilegedAccessGroupAssignmentScheduleInstance. */
export const groupInstanceSchema = z.object({
  id: z.string(),
  accessId: text,
  groupId: z.string(),
  principalId: z.string(),
  assignmentType: text,
  memberType: text,
  startDateTime: text,
  endDateTime: text,
  assignmentScheduleId: text,
});

/** What we read of a unifiedRoleAssignment. */
export const roleAssignmentSchema = z.object({
  id: z.string(),
  principalId: z.string(),
  roleDefinitionId: z.string(),
  directoryScopeId: text,
});

/** Parses an answer of Microsoft's. Another shape than published is no answer: retryable, never "absent". */
export function answerOf<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError('directory.unavailable', `${what}: not the shape that Microsoft publishes`, {
    cause: parsed.error,
    retryable: true,
  });
}

/** PIM's words differ in case between requests and answers. */
export function sameWord(a: string | null | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}
