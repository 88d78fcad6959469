/** What one of Entra's numbers means for us, and what to do about it. */
export interface Meaning {
  /** One sentence, for operators. */
  readonly says: string;
  /** The next step, in one sentence. */
  readonly next: string;
  /** It may pass by itself. */
  readonly passes?: true;
}

const MANAGED = 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity';
const COMPARE = 'Issuer, subject and audience must stand in it letter by letter: docs/credentials.md.';
const NEW_SECRET = 'Better no secret at all: docs/credentials.md.';
const CONSENT = 'An administrator of the tenant consents to the application: "hallpass tenant enroll" prints the address.';
const PERSON =
  'People sign in themselves; Hallpass’s own identity has no business there: check that credential names an application.';

/**
 * Entra's numbers that people meet when an application asks for a token, by number alone: their texts change, and may quote what was sent.
 * They decide nothing but these words, as Microsoft asks, and whether a try later may help.
 * Where no other source stands: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const MEANINGS: Readonly<Record<number, Meaning>> = {
  // The app registration, and the tenant it is looked for in.
  700016: {
    says: 'The tenant does not know this application.',
    next: `Check clientId and tenantId. Is the application registered in another tenant? ${CONSENT}`,
  },
  7000112: {
    says: 'The application is disabled in this tenant.',
    next: 'An administrator enables it again: Entra admin center, Enterprise applications, Properties, Enabled for users to sign-in.',
  },
  90002: {
    says: 'Entra knows no such tenant.',
    next: 'Check tenantId, and cloud: a tenant of one cloud is unknown in the others.',
  },
  90038: { says: 'The tenant belongs to another cloud.', next: 'Set cloud to the one that the tenant is in.' },
  // https://learn.microsoft.com/entra/identity-platform/reference-error-codes names 900382 and 900432 alike.
  900382: {
    says: 'An application cannot get tokens from another cloud.',
    next: 'Use an app registration of the tenant’s own cloud.',
  },
  900432: {
    says: 'An application cannot get tokens from another cloud.',
    next: 'Use an app registration of the tenant’s own cloud.',
  },
  500011: {
    says: 'The tenant does not know the API that a token was asked for.',
    next: 'Check cloud (and like, where addresses are given); where the API is the perimeter’s, check perimeter.audience.',
  },
  65001: { says: 'Nobody consented to this application here.', next: CONSENT },
  // A client secret.
  7000215: {
    says: 'The client secret is wrong.',
    next: `Put the value of the client secret, not its id, where the configuration points; a new one is made under Certificates & secrets. ${NEW_SECRET}`,
  },
  7000222: {
    says: 'The client secret has expired.',
    next: `Make a new client secret under Certificates & secrets, and put its value where the configuration points. ${NEW_SECRET}`,
  },
  7000218: {
    says: 'Entra got neither a secret nor an assertion.',
    next: 'Check credential in the configuration; a registration for public clients only cannot be used.',
  },
  700025: {
    says: 'The registration is one for public clients, which have no credential.',
    next: 'Turn "Allow public client flows" off in the app registration, under Authentication.',
  },
  // A certificate.
  // Entra's own text; the list gives the number another meaning, which no application of ours can meet.
  700023: {
    says: 'The assertion was made for another tenant or cloud.',
    next: 'Check tenantId and cloud: they are part of what is signed.',
  },
  700027: {
    says: 'The registration does not know the certificate, or the signature made with its key is wrong.',
    next: 'Upload the certificate of credential.certificate.file (without its key) to the app registration, under Certificates & secrets.',
  },
  700030: {
    says: 'The certificate’s name is not one that the registration accepts.',
    next: 'Upload this very certificate to the app registration.',
  },
  // A federated credential. 70021: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
  70021: {
    says: 'No federated credential of the registration fits the managed identity’s token.',
    next: `A new federated credential takes some minutes to be known everywhere; if this stays, something in it is wrong. ${COMPARE}`,
    passes: true,
  },
  // Entra's own text says as much; no page of Microsoft's lists it.
  70025: {
    says: 'The registration has no federated credential.',
    next: 'Add a federated credential for the managed identity to the app registration (docs/credentials.md); a new one takes some minutes to be known everywhere.',
    passes: true,
  },
  // https://github.com/Azure/azure-workload-identity/issues/1200, https://github.com/Azure/login/issues/482; no page of Microsoft's lists them.
  700211: {
    says: 'No federated credential of the registration names the issuer of the assertion.',
    next: 'Set the issuer of the federated credential to https://login.microsoftonline.com/TENANT/v2.0 (or the cloud’s own host) of the identity’s tenant, without a slash at the end.',
  },
  700212: {
    says: 'No federated credential of the registration names the audience of the assertion.',
    next: 'Set the audience of the federated credential to api://AzureADTokenExchange, in US Government …USGov, in China …China; check cloud, and like where addresses are given.',
  },
  700213: {
    says: 'No federated credential of the registration names the subject of the assertion.',
    next: 'Set the subject of the federated credential to the object (principal) id of the managed identity, not its client id.',
  },
  // https://github.com/Azure/login/issues/517
  7002138: {
    says: 'The federated credential’s subject differs from the assertion’s in upper and lower case.',
    next: 'Write the subject of the federated credential exactly as Entra shows the object id of the managed identity.',
  },
  // The forms that it takes: MANAGED.
  700214: {
    says: 'The federated credential’s audience is not one that Entra takes.',
    next: 'Set the audience of the federated credential to api://AzureADTokenExchange, or the form of the cloud.',
  },
  // To 700227, and 700236: https://github.com/arsenvlad/entra-cross-tenant-app-fic-managed-identity#review-failure-modes
  7002121: {
    says: 'The assertion is for another audience than the exchange.',
    next: 'The token of the managed identity must be asked for api://AzureADTokenExchange, or the form of the cloud: check cloud.',
  },
  700222: {
    says: 'Entra takes no tokens of its own for this registration.',
    next: `Use a user-assigned managed identity, as ${MANAGED} describes.`,
  },
  700226: {
    says: 'The assertion is no token of a user-assigned managed identity: Entra takes no other of its own.',
    next: 'Use a user-assigned managed identity and name it in credential.federated.managedIdentity; neither a system-assigned one nor another application will do.',
  },
  700227: {
    says: 'The assertion was issued for version 1 of the platform.',
    next: 'Set the federated credential’s issuer to the form that ends in /v2.0.',
  },
  700229: { says: 'The assertion is a person’s token, not an application’s.', next: 'Use a user-assigned managed identity.' },
  700236: {
    says: 'The managed identity is of another tenant than the app registration.',
    next: 'Register the application in the tenant of the managed identity, and consent to it in this one: docs/credentials.md.',
  },
  // Any assertion.
  700024: {
    says: 'The assertion has expired, or is not valid yet.',
    next: 'Set the clock of this machine right; a token file must be kept fresh by its platform.',
  },
  50012: {
    says: 'The signature of the assertion is wrong.',
    next: 'Check that the issuer publishes the key that signed it, and that the right file is read.',
  },
  50027: { says: 'The assertion is no readable token.', next: 'Check what stands in the token file.' },
  90061: {
    says: 'Entra could not read the keys of the assertion’s issuer.',
    next: 'The issuer’s discovery document and keys must be public.',
    passes: true,
  },
  // Policies. Workload identities: https://learn.microsoft.com/entra/identity/conditional-access/workload-identity
  53003: {
    says: 'Conditional Access blocks this application.',
    next: 'Look at the policy for workload identities in the sign-in log (Service principal sign-ins), and allow the place where Hallpass runs.',
  },
  // Of people: seen by an application only when it is configured as one of them.
  50034: { says: 'The tenant has no such account.', next: PERSON },
  50076: { says: 'A person would have to pass multi-factor authentication.', next: PERSON },
  50079: { says: 'A person would have to register for multi-factor authentication.', next: PERSON },
  // Of the code flow.
  50011: {
    says: 'The redirect address is not one of the registration’s.',
    next: 'Add the address that the configuration names, as it stands there, under Authentication, Web.',
  },
  50194: {
    says: 'The registration is of one tenant only.',
    next: 'Set the supported account types of the registration to several tenants, or use the address of its own tenant.',
  },
  50196: { says: 'Entra saw too many equal requests.', next: 'It is tried again by itself, more slowly.', passes: true },
  90033: { says: 'Entra has a fault of its own.', next: 'It is tried again by itself.', passes: true },
};

/** Where no number says more: what an answer of this kind means, by who gave it. */
export const WITHOUT_NUMBER = {
  refused: {
    says: 'Entra did not accept the credential.',
    next: 'Look the number up at https://login.microsoftonline.com/error, and check tenantId, clientId and credential in the configuration.',
  },
  unavailable: { says: 'Entra gave no token right now.', next: 'It is tried again by itself.', passes: true },
  undiscovered: {
    says: 'Entra does not say where tokens of this tenant are had.',
    next: 'Check tenantId, and the login address of cloud; if both are right, it is tried again by itself.',
    passes: true,
  },
  hostRefused: {
    says: 'What Hallpass runs on does not have this managed identity.',
    next: 'Assign the identity to it, and compare the client id in the configuration with the identity’s.',
  },
  hostUnavailable: {
    says: 'No managed identity answers here.',
    next: 'Run Hallpass where the platform offers one (App Service, Container Apps, a virtual machine, Functions); if it does, it is tried again by itself.',
    passes: true,
  },
} satisfies Readonly<Record<string, Meaning>>;
