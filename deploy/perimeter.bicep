// The perimeter as an Azure Functions app in a container of its own, in front of it App Service authentication that lets the bot through and
// nobody else. The perimeter verifies the token again: this is the second lock, not the first.
//
//   az deployment group create --resource-group hallpass-perimeter --template-file deploy/perimeter.bicep \
//     --parameters deploy/parameters.AzureCloud.json --parameters image=… caller=… api=… keyVaultName=… postgresSecretName=…
//
// From outside come: the managed identity (az identity create; its ids stand in perimeter.yaml and in the registrations), the image with
// perimeter.yaml in it (deploy/guardrails.Dockerfile), PostgreSQL, and the key vault with the address of its database as a secret.
targetScope = 'resourceGroup'

@description('Name of the Functions app: the first part of its address.')
param name string = 'hallpass-perimeter-${uniqueString(resourceGroup().id)}'

param location string = resourceGroup().location

@description('User-assigned managed identity in this resource group: the only one that writes.')
param identityName string = 'hallpass-perimeter'

@description('Image with your perimeter.yaml in it, by digest: registry.example/hallpass-perimeter@sha256:…')
param image string

@description('Container registry in this resource group, from which the identity may then pull. Empty where that is arranged elsewhere.')
param registryName string = ''

@description('Client id of the bot: the one application that may call.')
param caller string

@description('Client id of the registration of the API.')
param api string

@description('Key vault in this resource group, with access by roles.')
param keyVaultName string

@description('Secret with the address of the database: postgresql://user:password@host:5432/database. perimeter.yaml: connection: { env: HALLPASS_POSTGRES }')
param postgresSecretName string

@description('Whether approvers sign here: opens /approve/ to browsers.')
param withApprovals bool = false

@description('Secret that seals the cookies of the approval page. perimeter.yaml: cookieKey: { env: HALLPASS_COOKIE_KEY }')
param cookieKeySecretName string = ''

@description('Subnet, delegated to Microsoft.Web/serverFarms, through which the database is reached. Empty: none.')
param subnetId string = ''

@allowed(['EP1', 'EP2', 'EP3'])
param planSku string = 'EP1'

var tenantId = tenant().tenantId
var issuer = '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var hasCookieKey = !empty(cookieKeySecretName)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource keyVault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: keyVaultName
}

resource postgresSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = {
  parent: keyVault
  name: postgresSecretName
}

resource cookieKeySecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' existing = if (hasCookieKey) {
  parent: keyVault
  name: hasCookieKey ? cookieKeySecretName : postgresSecretName
}

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = if (!empty(registryName)) {
  name: empty(registryName) ? 'none' : registryName
}

// What the host of Functions keeps for itself: the lock of its timer. Nothing of ours.
resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'hp${uniqueString(resourceGroup().id, name)}'
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource storageAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, storageBlobDataOwner)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
  }
}

// One secret, not the vault.
resource postgresAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: postgresSecret
  name: guid(postgresSecret.id, identity.id, keyVaultSecretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}

resource cookieKeyAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (hasCookieKey) {
  scope: cookieKeySecret
  name: guid(keyVault.id, cookieKeySecretName, identity.id, keyVaultSecretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}

resource pullAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  scope: registry
  name: guid(resourceGroup().id, registryName, identity.id, acrPull)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
  }
}

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: name
  location: location
  kind: 'elastic'
  sku: {
    name: planSku
    tier: 'ElasticPremium'
  }
  properties: {
    reserved: true
    maximumElasticWorkerCount: 1
  }
}

resource site 'Microsoft.Web/sites@2023-12-01' = {
  name: name
  location: location
  kind: 'functionapp,linux,container'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      linuxFxVersion: 'DOCKER|${image}'
      acrUseManagedIdentityCreds: true
      acrUserManagedIdentityID: identity.properties.clientId
      // One instance holds the ledger, a second one could only wait; and one is always there, since ends do not wait for a call.
      functionAppScaleLimit: 1
      minimumElasticInstanceCount: 1
      healthCheckPath: '/healthz'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      remoteDebuggingEnabled: false
      vnetRouteAllEnabled: !empty(subnetId)
      appSettings: concat(
        [
          { name: 'FUNCTIONS_EXTENSION_VERSION', value: '~4' }
          { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'node' }
          { name: 'AzureWebJobsStorage__accountName', value: storage.name }
          { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
          { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
          // No function key opens anything: the triggers are anonymous, and callers bring a token.
          { name: 'AzureWebJobsSecretStorageType', value: 'files' }
          { name: 'AzureWebJobsDisableHomepage', value: 'true' }
          { name: 'WEBSITES_ENABLE_APP_SERVICE_STORAGE', value: 'false' }
          { name: 'WEBSITES_PORT', value: '8080' }
          { name: 'WEBSITE_AUTH_AAD_ALLOWED_TENANTS', value: tenantId }
          { name: 'HALLPASS_PERIMETER_CONFIG', value: '/etc/hallpass/perimeter.yaml' }
          { name: 'HALLPASS_POSTGRES', value: '@Microsoft.KeyVault(SecretUri=${keyVault.properties.vaultUri}secrets/${postgresSecretName})' }
        ],
        hasCookieKey
          ? [{ name: 'HALLPASS_COOKIE_KEY', value: '@Microsoft.KeyVault(SecretUri=${keyVault.properties.vaultUri}secrets/${cookieKeySecretName})' }]
          : []
      )
    }
  }
  dependsOn: [storageAccess, postgresAccess, cookieKeyAccess, pullAccess]
}

resource noPublishingByPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2023-12-01' = [
  for kind in ['scm', 'ftp']: {
    parent: site
    name: kind
    properties: {
      allow: false
    }
  }
]

resource authentication 'Microsoft.Web/sites/config@2023-12-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: 'Return401'
      // Browsers bring no token. What lies there asks for a sign-in of its own, and gives nothing without two signatures of Entra.
      excludedPaths: withApprovals ? ['/approve/*'] : []
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: api
          openIdIssuer: issuer
        }
        validation: {
          allowedAudiences: [api, 'api://${api}']
          defaultAuthorizationPolicy: {
            allowedApplications: [caller]
          }
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}

@description('perimeter.url of the bot.')
output url string = 'https://${site.properties.defaultHostName}'

@description('hostedOn of perimeter.yaml: who can write there is protected. Add database, registry and what lies above.')
output hostedOn array = [site.id, plan.id, identity.id, storage.id, keyVault.id]
