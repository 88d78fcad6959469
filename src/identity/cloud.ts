import type { CloudSetting, PublishedCloud } from '../config/parts.ts';

/** Where a cloud's sign-in, Graph and Azure Resource Manager live; no trailing slash. */
export interface CloudAddresses {
  readonly login: string;
  readonly graph: string;
  readonly arm: string;
}

/**
 * The published clouds. Tokens are not interchangeable between them.
 * @see https://learn.microsoft.com/graph/deployments
 */
const CLOUDS: Record<PublishedCloud, CloudAddresses> = {
  AzureCloud: {
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    arm: 'https://management.azure.com',
  },
  AzureUSGovernment: {
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    arm: 'https://management.usgovcloudapi.net',
  },
  AzureChina: {
    login: 'https://login.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    arm: 'https://management.chinacloudapi.cn',
  },
};

export function addressesOf(cloud: CloudSetting): CloudAddresses {
  if (typeof cloud === 'string') return CLOUDS[cloud];
  return { login: bare(cloud.login), graph: bare(cloud.graph), arm: bare(cloud.arm) };
}

/** Whose forms hold there: of issuers, and of what a token is asked for to stand in place of a secret. */
export function formOf(cloud: CloudSetting): PublishedCloud {
  return typeof cloud === 'string' ? cloud : (cloud.like ?? 'AzureCloud');
}

/**
 * Both forms in which Entra names one tenant as issuer; which one an API gets is set by the API's registration.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function issuersOf(cloud: CloudSetting, tenantId: string): { readonly v1: string; readonly v2: string } {
  const sts = formOf(cloud) === 'AzureChina' ? 'https://sts.chinacloudapi.cn' : 'https://sts.windows.net';
  return { v1: `${sts}/${tenantId}/`, v2: `${addressesOf(cloud).login}/${tenantId}/v2.0` };
}

/** The tenant's published signing keys. */
export function signingKeysUrl(cloud: CloudSetting, tenantId: string): string {
  return `${addressesOf(cloud).login}/${tenantId}/discovery/v2.0/keys`;
}

function bare(url: string): string {
  return url.replace(/\/+$/, '');
}
