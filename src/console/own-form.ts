import type { Context } from 'hono';
import { z } from 'zod';
import { AppError } from '../access/core/app-error.ts';
import { fieldsOf, isOwnForm } from '../web/own-forms.ts';
import type { ConsoleSession } from './session.ts';

/** Of every form; {@link csrfField} (page.ts) puts it there. */
const csrfSchema = z.looseObject({ csrf: z.string().max(100) });

/**
 * The fields of a form that was posted from a page of ours, in the browser that this session belongs to. Every handler of a POST begins with it.
 * @throws {AppError} `page.forged` (another site's form, or another session's), `page.malformed`
 */
export async function ownForm<T>(c: Context, session: Pick<ConsoleSession, 'csrf'>, schema: z.ZodType<T>): Promise<T> {
  const fields = await fieldsOf(c);
  const form = csrfSchema.safeParse(fields);
  if (!form.success) throw malformed();
  if (!isOwnForm(c, form.data.csrf, session.csrf))
    throw new AppError('page.forged', 'a form that is not of this session', {
      hint: 'Nothing was changed. Open the console again, and press the button there.',
    });
  const { csrf: _, ...rest } = form.data;
  const parsed = schema.safeParse(rest);
  if (!parsed.success) throw malformed();
  return parsed.data;
}

function malformed(): AppError {
  return new AppError('page.malformed', 'no form of ours', { hint: 'Open the console again, and press a button there.' });
}
