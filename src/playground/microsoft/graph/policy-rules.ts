import type { PimPolicy } from '../tenant/pim-rules.ts';
import type { Entity } from './odata-query.ts';

/** Source: https://learn.microsoft.com/graph/api/resources/unifiedrolemanagementpolicy */
export function policyEntity(policyId: string): Entity {
  return {
    id: policyId,
    displayName: 'DirectoryRole',
    description: 'DirectoryRole',
    isOrganizationDefault: false,
    scopeId: '/',
    scopeType: 'DirectoryRole',
    lastModifiedDateTime: null,
    lastModifiedBy: null,
  };
}

const target = (level: 'Assignment' | 'Eligibility', caller: 'Admin' | 'EndUser'): Entity => ({
  caller,
  operations: ['All'],
  level,
  inheritableSettings: [],
  enforcedSettings: [],
});

/** The rules that bear on active assignments by an administrator. */
export function policyRules(policy: PimPolicy): readonly Entity[] {
  return [
    {
      '@odata.type': '#microsoft.graph.unifiedRoleManagementPolicyExpirationRule',
      id: 'Expiration_Admin_Assignment',
      isExpirationRequired: !policy.permanentActive,
      maximumDuration: policy.maximumDuration,
      target: target('Assignment', 'Admin'),
    },
    {
      '@odata.type': '#microsoft.graph.unifiedRoleManagementPolicyEnablementRule',
      id: 'Enablement_Admin_Assignment',
      enabledRules: [...policy.enabledRules],
      target: target('Assignment', 'Admin'),
    },
    {
      '@odata.type': '#microsoft.graph.unifiedRoleManagementPolicyExpirationRule',
      id: 'Expiration_EndUser_Assignment',
      isExpirationRequired: true,
      maximumDuration: 'PT8H',
      target: target('Assignment', 'EndUser'),
    },
  ];
}
