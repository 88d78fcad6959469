import type { z } from 'zod';
import type { Actor } from '../tenant/audit.ts';
import type { ArmCall } from './arm-server.ts';
import { ArmRefusal } from './arm-error.ts';

/** The body of a call. @throws {ArmRefusal} 400 for what is no JSON, not published, missing or of another type */
export function armBody<S extends z.ZodType>(call: ArmCall, schema: S): z.infer<S> {
  const parsed = schema.safeParse(jsonIn(call.text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ArmRefusal(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}'.`,
  );
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new ArmRefusal(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
}

export function actorOf({ caller }: ArmCall): Actor {
  const { objectId, isUser, name } = caller;
  return { kind: isUser ? 'user' : 'application', id: objectId, objectId, name };
}
