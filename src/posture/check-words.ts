import type { AlertView, DetailsView } from '../chat/views.ts';

/** What a check has to say about a finding, whatever happened to it since. */
export interface CheckWords extends Pick<AlertView, 'severity' | 'title' | 'lines' | 'todo' | 'command' | 'link'> {
  readonly facts: DetailsView['facts'];
}
