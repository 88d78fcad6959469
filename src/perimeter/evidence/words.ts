import type { Target } from '../../access/core/target.ts';
import type { EvidenceFile } from './evidence-file.ts';
import type { Story } from './journal-story.ts';
import type { Verification } from './verification.ts';
import type { Reached } from './verify.ts';

/** What the file says happened, one sentence each. */
export function saysOf(file: EvidenceFile, { context, state }: Story): readonly string[] {
  const { request, records, requestId } = file;
  const nameOf = (evidenceDigestOwner: string) =>
    records.find((record) => record.kind === 'signed' && record.signer.objectId === evidenceDigestOwner);
  const who = (objectId: string): string => {
    const act = nameOf(objectId);
    return act?.kind === 'signed' ? `${act.names.signer} (${objectId})` : objectId;
  };
  const asked =
    request === null
      ? []
      : [
          `Asked for: ${targetWords(request.target)} (${request.entitlementId}), for ${request.durationMinutes} minutes, for ${who(request.principal.objectId)}${
            request.breakGlass ? ', as break-glass' : ''
          }; registered ${request.registeredAt}.`,
        ];
  const signed = context.signature === undefined ? [] : [`Signed by the requester at ${context.signature.signedAt}.`];
  const decided = context.decisions.map(
    ({ decision, approver, assurance, decidedAt, stage }) =>
      `${decision === 'approve' ? 'Approved' : 'Denied'} by ${who(approver.objectId)} at ${decidedAt}, ${
        assurance === 'signed' ? 'signed' : 'in chat'
      }, stage ${stage + 1}.`,
  );
  const given =
    context.givenAt === undefined ? [] : [`Given at ${context.givenAt}, until ${context.endsAt ?? '?'} at the latest.`];
  const how = context.endedHow === undefined ? '' : ` (${context.endedHow})`;
  const confirmed = context.confirmedAt === undefined ? '' : `; confirmed gone at ${context.confirmedAt}`;
  return [...asked, ...signed, ...decided, ...given, `Request ${requestId} is ${state}${how}${confirmed}.`, ...file.remarks];
}

export function targetWords(target: Target): string {
  switch (target.kind) {
    case 'directoryRole':
      return `directory role ${target.roleDefinitionId} at ${target.directoryScopeId}`;
    case 'group':
      return `membership of group ${target.groupId}`;
    case 'azureRole':
      return `Azure role ${target.roleDefinitionId} at ${target.scope}${target.condition === undefined ? '' : ', under a condition'}`;
    default:
      return target satisfies never;
  }
}

const ALWAYS_OPEN = [
  'That this is all there is: a request can be left out by not exporting it.',
  'Names: they are what the page showed. The object ids count.',
];

/** What a verdict proves and what it does not, in words that stand without the documentation. */
export function wordsOf(
  { pinned, anchored, replayed }: Reached,
  { perimeter, journal }: EvidenceFile,
): Pick<Verification, 'proved' | 'notProved'> {
  const isAnchored = typeof anchored === 'object';
  const proved = [
    ...(pinned === 'yes'
      ? [
          `Pinned: Entra itself signed every statement in here, by keys that you brought, for application ${perimeter.approve?.clientId ?? ''} of tenant ${perimeter.tenantId}. The people named as signers signed in there for exactly this request and this decision.`,
        ]
      : []),
    ...(isAnchored
      ? anchored.map(
          (what) =>
            `Anchored: Microsoft's ${what} carries the digest of this request and of the decisions that it was given on. They have not changed since that record was made.`,
        )
      : []),
    ...(pinned === 'yes' || isAnchored
      ? []
      : ['Consistent: nothing in the file contradicts itself. That proves nothing by itself: anybody can make such a file.']),
  ];
  return {
    proved,
    notProved: [
      ...PINNED_NOT[pinned],
      ...(isAnchored ? [] : ANCHORED_NOT[anchored]),
      ...(isAnchored && pinned !== 'yes'
        ? ['Who decided: an anchor says that the perimeter named these decisions, not that these people made them.']
        : []),
      ...(pinned === 'yes' && !isAnchored ? ['That anything was given on these signatures.'] : []),
      `That the journal lines stand in the ledger: compare its head, ${journal.head.head} at line ${journal.head.seq}, with one that was told elsewhere, or run "hallpass journal verify" beside it.`,
      ...(replayed
        ? []
        : [
            "That the lines follow from each other by the flow's rules: this program carries another version of the flow, or the flow failed at the time.",
          ]),
      ...ALWAYS_OPEN,
    ],
  };
}

const PINNED_NOT: Record<Reached['pinned'], readonly string[]> = {
  yes: [],
  'no keys': ["Who signed: bring Entra's keys (--keys), as they were published when this was signed."],
  'no tokens': ['Who decided: there is no signature in here.'],
  chat: ['Who decided: not every decision is signed.'],
  'keys unknown': [
    'Who signed: your keys do not name the keys in here. Entra publishes new ones every few weeks; bring those of the time.',
  ],
  'whose unknown': [
    "Whose signatures these are: Entra signs for everybody's applications. Name yours (--config, or --tenant-id with --approval-client).",
  ],
};

const ANCHORED_NOT: Record<Exclude<Reached['anchored'], readonly string[]>, readonly string[]> = {
  'no records': ["That it was not made up or exchanged later: bring Microsoft's own records (--anchor, or --tenant)."],
  'nothing given': ['That it was not made up or exchanged later: nothing was given, so that Microsoft has no record of it.'],
  'none matches': ['That it was not made up or exchanged later: none of the records that you brought names this evidence.'],
};
