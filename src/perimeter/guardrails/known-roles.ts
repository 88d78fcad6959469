/**
 * Built-in directory roles that cannot change credentials, groups, applications or Conditional Access: every action of theirs reads, or has
 * to do with service health and support tickets. As Microsoft published them on 2026-01-26; what is not among them counts as if it could.
 * @see https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
 */
export const HARMLESS_DIRECTORY_ROLES: ReadonlySet<string> = new Set([
  'f2ef992c-3afb-46b9-b7cf-a126ee74c451', // Global Reader
  '5d6b6bb7-de71-4623-b4af-96380a352509', // Security Reader
  '88d8e3e3-8f55-4a1e-953a-9b9898b8876b', // Directory Readers
  '4a5d8f65-41da-4de4-8968-e035b65339cf', // Reports Reader
  '75934031-6c7e-415a-99d7-48dbd49e875e', // Usage Summary Reports Reader
  '790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b', // Message Center Reader
  'ac16e43d-7b2d-40e0-ac05-243ff356ab5b', // Message Center Privacy Reader
  'f023fd81-a637-4b56-95fd-791ac0226033', // Service Support Administrator
  '1d336d2c-4ae8-42ef-9711-b3604ce3fc2c', // Attribute Definition Reader
  'ffd52fa5-98dc-465c-991d-fc073eb59f8f', // Attribute Assignment Reader
  '9c99539d-8186-4804-835f-fd51ef9e2dcd', // Attribute Log Reader
  '843318fb-79a6-4168-9e6f-aa9a07481cc4', // Global Secure Access Log Reader
  '1076ac91-f3d9-41a7-a339-dcdf5f480acc', // Teams Reader
]);

/**
 * What some of the others can do, for whoever has to decide about them; whether they are protected does not hang on this list. Same source.
 */
export const REACH_OF_DIRECTORY_ROLES: ReadonlyMap<string, string> = new Map([
  ['62e90394-69f5-4237-9190-012177145e10', 'Global Administrator can do everything in the tenant'],
  [
    'e8611ab8-c189-46e8-94e1-60213ab1f814',
    'Privileged Role Administrator can give any role, and any permission to any application',
  ],
  ['7be44c8a-adaf-4e2a-84d6-ab2649e08a13', 'Privileged Authentication Administrator can set the credentials of everybody'],
  [
    'c4e39bd9-1100-46d3-8c65-fb160da0071f',
    'Authentication Administrator can set the credentials of people without administrator roles',
  ],
  [
    '729827e3-9c14-49f7-bb1b-9608f156bbb8',
    'Helpdesk Administrator can reset the passwords of people without administrator roles',
  ],
  [
    '966707d0-3269-4727-9be2-8c3a10f19b9d',
    'Password Administrator can reset the passwords of people without administrator roles',
  ],
  ['fe930be7-5e62-47db-91af-98c3a49a38b1', 'User Administrator can change people, their passwords, and groups'],
  ['0526716b-113d-4c15-b2c8-68e3c22b9f80', 'Authentication Policy Administrator can change how people sign in'],
  ['8329153b-31d0-4727-b945-745eb3bc5f31', 'Domain Name Administrator can have another server sign people in'],
  ['be2f45a1-457d-42af-a067-6ec1fa63bc45', 'External Identity Provider Administrator can have another server sign people in'],
  [
    '8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2',
    'Hybrid Identity Administrator can have another server sign people in, and change applications',
  ],
  ['b1be1c3e-b65d-4f19-8427-f6fa0d97feb9', 'Conditional Access Administrator can change Conditional Access'],
  ['194ae4cb-b126-40b2-bd5b-6091b380977d', 'Security Administrator can change Conditional Access'],
  ['9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', 'Application Administrator can act as any application, by a secret of their own'],
  [
    '158c047a-c907-4556-b7ef-446551a6b5f7',
    'Cloud Application Administrator can act as any application, by a secret of their own',
  ],
  ['fdd7a751-b60b-444a-984c-02652fe8fa1c', 'Groups Administrator can change groups'],
  ['9360feb5-f418-4baa-8175-e2a00bac4301', 'Directory Writers can change groups'],
  ['45d8d3c5-c802-45c6-b32a-1d70b5e1e86e', 'Identity Governance Administrator can put people into groups'],
  ['3a2c62db-5318-420d-8d74-23affee5d9d5', 'Intune Administrator can change groups, and what runs on people’s devices'],
  ['29232cdf-9323-42fd-ade2-1d097af3e4de', 'Exchange Administrator can change groups, and read anybody’s mail'],
  ['f28a1f50-f6e7-4571-818b-6a12f2af6b6c', 'SharePoint Administrator can change groups'],
  ['69091246-20e8-4a56-aa4d-066075b2a7a8', 'Teams Administrator can change groups'],
]);

/**
 * Built-in Azure roles that write nothing, neither settings nor data. As Microsoft published them on 2026-08-22; what is not among them counts as
 * writing.
 * @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const READ_ONLY_AZURE_ROLES: ReadonlySet<string> = new Set([
  'acdd72a7-3385-48ef-bd42-f606fba81ae7', // Reader
  '43d0d8ad-25c7-4714-9337-8ba259a9fe05', // Monitoring Reader
  '39bc4728-0917-49c7-9d2c-d95423bc2eb4', // Security Reader
  'fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64', // Billing Reader
  '72fafb9e-0641-4937-9268-a91bfd8191a3', // Cost Management Reader
  'ac63b705-f282-497d-ac71-919bf39d939d', // Management Group Reader
]);
