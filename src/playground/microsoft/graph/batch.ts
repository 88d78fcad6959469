import { z } from 'zod';
import type { Answer, Call } from '../far-end-server.ts';

type Handle = (call: Call) => Promise<Answer>;

const AT_MOST = 20;
const batchSchema = z.strictObject({
  requests: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        method: z.enum(['GET', 'POST', 'DELETE', 'PATCH', 'PUT']),
        url: z.string().startsWith('/'),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});

/**
 * `POST /v1.0/$batch`: 200 says nothing about the parts, each of which carries its own status.
 * Source: https://learn.microsoft.com/graph/json-batching
 */
export function withBatch(handle: Handle): Handle {
  return async (call) => {
    if (call.method !== 'POST' || call.url.pathname !== '/v1.0/$batch') return handle(call);
    const parsed = batchSchema.safeParse(parsedJson(call.text));
    if (!parsed.success) return refusal('BadRequest', 'Invalid batch payload format.');
    const { requests } = parsed.data;
    if (requests.length > AT_MOST)
      return refusal('BadRequest', `Number of batch request steps exceeds the maximum value of ${AT_MOST}.`);
    if (new Set(requests.map(({ id }) => id)).size !== requests.length)
      return refusal('BadRequest', 'Request id values must be unique.');
    const statuses = new Map<string, number>();
    const responses: Record<string, unknown>[] = [];
    for (const part of requests) {
      const failed = (part.dependsOn ?? []).some((id) => (statuses.get(id) ?? 424) >= 400);
      const answer = failed
        ? { status: 424, body: { error: { code: 'FailedDependency', message: 'A request it depends on failed.' } } }
        : await handle(partCall(call, part));
      statuses.set(part.id, answer.status);
      const { status, body } = answer;
      const headers = { 'Content-Type': 'application/json', ...('headers' in answer ? answer.headers : {}) };
      responses.push({ id: part.id, status, headers, ...(body === undefined ? {} : { body }) });
    }
    return { status: 200, body: { responses } };
  };
}

type Part = z.infer<typeof batchSchema>['requests'][number];

function partCall(call: Call, part: Part): Call {
  const own = Object.entries(part.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  const { 'content-type': _type, ...outer } = call.headers;
  return {
    ...call,
    method: part.method,
    url: new URL(`/v1.0${part.url}`, call.url),
    headers: { ...outer, ...Object.fromEntries(own) },
    text: part.body === undefined ? undefined : JSON.stringify(part.body),
  };
}

function refusal(code: string, message: string): Answer {
  return { status: 400, body: { error: { code, message } } };
}

function parsedJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
