import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';

const text = z.string().nullish();

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
  ticketInfo: z.object({ ticketNumber: text, ticketSystem: text }).nullish(),
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

/** What we read of a unifiedRoleAssignment. */
export const roleAssignmentSchema = z.object({
  id: z.string(),
  principalId: z.string(),
  roleDefinitionId: z.string(),
  directoryScopeId: text,
});

/** Parses an answer of Graph's. A shape that is not Graph's is no answer: retryable, never "absent". */
export function answerOf<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError('directory.unavailable', `${what}: not the shape that Graph publishes`, {
    cause: parsed.error,
    retryable: true,
  });
}

/** PIM's words differ in case between requests and answers. */
export function sameWord(a: string | null | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}
