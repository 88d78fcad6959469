/** Built-in roles, the same id in every tenant. Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const USER_ACCESS_ADMINISTRATOR_ID = '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9';
export const READER_ID = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
