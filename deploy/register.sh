#!/usr/bin/env bash
# Makes, or brings up to date, what the perimeter and the console need in Entra ID. Nothing is removed, and no secret is made. Run it again at any time.
#
#   register.sh api         --name NAME --caller CLIENT_ID                      the registration of the API, its role given to the bot
#   register.sh approval    --name NAME --redirect-uri URI --identity CLIENT_ID the sign-in of approvers, trusting the managed identity
#   register.sh console     --name NAME --redirect-uri URI --identity CLIENT_ID the sign-in to the bot's console, trusting the bot's managed identity
#   register.sh permissions --identity CLIENT_ID (--licence p2|plain | NAME...) Graph permissions of the managed identity
#
# Before these: --cloud AzureCloud|AzureUSGovernment and --tenant ID. `hallpass perimeter setup` prints all of it filled in.
# Whoever runs it signs in with `az login` as Privileged Role Administrator and Application Administrator.
set -euo pipefail

CLOUD=AzureCloud TENANT='' NAME='' CALLER='' IDENTITY='' REDIRECT='' LICENCE='' APP_ID='' ROLE=Access.Give
NAMES=()
GUID='^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
GRAPH_APP=00000003-0000-0000-c000-000000000000

lower() { tr '[:upper:]' '[:lower:]' <<<"$1"; }
say() { printf '%s\n' "$*" >&2; }
stop() { say "register.sh: $*"; exit 2; }
guid() { [[ $2 =~ $GUID ]] || stop "$1 must be a GUID"; }

# graph METHOD PATH [BODY] [QUERY]: one call of Microsoft Graph with the permissions of whoever is signed in to the Azure CLI.
graph() {
  local method=$1 path=$2 body=${3:-} query=${4:-}
  local args=(--only-show-errors --method "$method" --url "$GRAPH/v1.0$path" --output tsv)
  [[ -z $body ]] || args+=(--headers Content-Type=application/json --body "$body")
  [[ -z $query ]] || args+=(--query "$query")
  az rest "${args[@]}"
}

# What was made a moment ago is not known everywhere at once.
patiently() {
  local tries=6
  until "$@"; do
    ((--tries)) || stop "gave up: $*"
    say "  not known everywhere yet; trying again in ${PAUSE_SECONDS:-10} s"
    sleep "${PAUSE_SECONDS:-10}"
  done
}

filter() { printf "\$filter=%s%%20eq%%20'%s'" "$1" "${2// /%20}"; }
service_principal() { graph get "/servicePrincipals?$(filter appId "$1")&\$select=id" '' 'value[].id'; }

# Sets APPLICATION and APP_ID to the registration named by --app-id or --name; APPLICATION stays empty where there is none.
find_application() {
  local found
  if [[ -n $APP_ID ]]; then
    found=$(graph get "/applications?$(filter appId "$APP_ID")&\$select=id,appId" '' 'value[].[id,appId]')
    [[ -n $found ]] || stop "there is no registration $APP_ID"
  else
    found=$(graph get "/applications?$(filter displayName "$NAME")&\$select=id,appId" '' 'value[].[id,appId]')
  fi
  [[ $(grep -c . <<<"$found") -le 1 ]] || stop "several registrations are called $NAME: name one by --app-id"
  APPLICATION=''
  [[ -z $found ]] || read -r APPLICATION APP_ID <<<"$found"
}

# A registration with other addresses to come back to is somebody else's: nothing of it is taken away here.
only_redirects() {
  local uri
  [[ -n $APPLICATION ]] || return 0
  for uri in $(graph get "/applications/$APPLICATION?\$select=web" '' 'web.redirectUris'); do
    [[ $uri == "$1" ]] || stop "the registration $APP_ID has the redirect address $uri: take it away, or name another registration"
  done
}

# Gives that registration SETTINGS, making it where there is none, and sees to its enterprise application: PRINCIPAL.
settle_application() {
  local made body="{$1}"
  [[ -z $NAME ]] || body="{\"displayName\":\"$NAME\",$1}"
  if [[ -z $APPLICATION ]]; then
    say "making the registration $NAME"
    made=$(graph post /applications "$body" '[id,appId]' | paste -s -)
    read -r APPLICATION APP_ID <<<"$made"
  else
    say "bringing the registration $APP_ID up to date"
    graph patch "/applications/$APPLICATION" "$body"
  fi
  PRINCIPAL=$(service_principal "$APP_ID")
  if [[ -z $PRINCIPAL ]]; then
    say "making its enterprise application"
    patiently graph post /servicePrincipals "{\"appId\":\"$APP_ID\"}" id >/dev/null
    PRINCIPAL=$(service_principal "$APP_ID")
  fi
  [[ -n $PRINCIPAL ]] || stop "the enterprise application of $APP_ID cannot be read yet: run this again in a minute"
}

api() {
  guid --caller "$CALLER"
  # Tokens of version 2, whose audience is the client id; idtyp tells an application's token from a person's.
  local settings='"signInAudience":"AzureADMyOrg","api":{"requestedAccessTokenVersion":2},"optionalClaims":{"accessToken":[{"name":"idtyp","essential":false}]},"web":{"redirectUris":[],"implicitGrantSettings":{"enableAccessTokenIssuance":false,"enableIdTokenIssuance":false}}'
  local role='' others='' caller assigned
  find_application
  if [[ -n $APPLICATION ]]; then
    role=$(graph get "/applications/$APPLICATION?\$select=appRoles" '' "appRoles[?value=='$ROLE'].id | [0]")
    others=$(graph get "/applications/$APPLICATION?\$select=appRoles" '' 'appRoles[].value')
    [[ -n $role || -z $others ]] || stop "the registration has other app roles ($others): it is not the perimeter's alone"
  fi
  only_redirects ''
  settle_application "$settings"
  if [[ -z $role ]]; then
    role=$(node -e 'process.stdout.write(crypto.randomUUID())')
    say "adding the app role $ROLE"
    graph patch "/applications/$APPLICATION" "{\"appRoles\":[{\"id\":\"$role\",\"value\":\"$ROLE\",\"displayName\":\"$ROLE\",\"description\":\"Brings requests and decisions to the perimeter of Hallpass, which judges them by its own file.\",\"allowedMemberTypes\":[\"Application\"],\"isEnabled\":true}]}"
  fi
  say "its address: api://$APP_ID"
  graph patch "/applications/$APPLICATION" "{\"identifierUris\":[\"api://$APP_ID\"]}"
  # Without this, any application of the tenant gets a token for the API, though one without the role.
  say "requiring an assignment for a token"
  patiently graph patch "/servicePrincipals/$PRINCIPAL" '{"appRoleAssignmentRequired":true}'
  caller=$(service_principal "$CALLER")
  [[ -n $caller ]] || stop "the bot's application $CALLER has no enterprise application in this tenant"
  assigned=$(graph get "/servicePrincipals/$PRINCIPAL/appRoleAssignedTo" '' "value[?appRoleId=='$role'].principalId")
  if ! grep -qix "$caller" <<<"$assigned"; then
    say "giving $ROLE to the bot $CALLER"
    patiently graph post "/servicePrincipals/$PRINCIPAL/appRoleAssignedTo" "{\"principalId\":\"$caller\",\"resourceId\":\"$PRINCIPAL\",\"appRoleId\":\"$role\"}" id >/dev/null
  fi
  for other in $assigned; do
    [[ $(lower "$other") == $(lower "$caller") ]] || say "WARNING: $other has $ROLE too; the bot alone should"
  done
  printf 'caller:\n  clientId: %s\n  audience: api://%s\n' "$CALLER" "$APP_ID"
}

# people_sign_in CALLBACK TRUST MORE CLAIM...: a registration that people of the tenant sign in to, with one address and a managed identity in place of a secret.
people_sign_in() {
  local callback=$1 trust=$2 more=$3 claims='' name
  shift 3
  for name in "$@"; do claims+="${claims:+,}{\"name\":\"$name\",\"essential\":false}"; done
  guid --identity "$IDENTITY"
  [[ ${REDIRECT%"$callback"} =~ ^https://[^[:space:]\"\\/]+$ && $REDIRECT == *"$callback" ]] || stop "--redirect-uri must be https://…$callback"
  local nowhere='"spa":{"redirectUris":[]},"publicClient":{"redirectUris":[]},"isFallbackPublicClient":false'
  find_application
  only_redirects "$REDIRECT"
  settle_application "\"signInAudience\":\"AzureADMyOrg\",\"web\":{\"redirectUris\":[\"$REDIRECT\"],\"implicitGrantSettings\":{\"enableAccessTokenIssuance\":false,\"enableIdTokenIssuance\":false}},$nowhere,$more\"optionalClaims\":{\"idToken\":[$claims]}"
  local subject issuer trusted graph_principal consent
  subject=$(service_principal "$IDENTITY")
  [[ -n $subject ]] || stop "there is no managed identity $IDENTITY in this tenant"
  issuer="$LOGIN/$TENANT/v2.0"
  trusted=$(graph get "/applications/$APPLICATION/federatedIdentityCredentials" '' 'value[].[name,subject]')
  if ! cut -f 2 <<<"$trusted" | grep -qix "$subject"; then
    say "trusting the managed identity $IDENTITY in place of a secret"
    patiently graph post "/applications/$APPLICATION/federatedIdentityCredentials" "{\"name\":\"$trust\",\"issuer\":\"$issuer\",\"subject\":\"$subject\",\"audiences\":[\"$EXCHANGE\"]}" id >/dev/null
  fi
  [[ $(grep -c . <<<"$trusted") -le 1 ]] || say 'WARNING: the registration trusts more than one identity; doctor shows them'
  # The page asks for an ID token with the person's object id and nothing else; said once for all, so that nobody is asked.
  graph_principal=$(service_principal "$GRAPH_APP")
  consent=$(graph get "/oauth2PermissionGrants?$(filter clientId "$PRINCIPAL")" '' "value[?consentType=='AllPrincipals'].scope")
  if [[ -z $consent ]]; then
    say 'consenting to "openid profile" for everybody'
    graph post /oauth2PermissionGrants "{\"clientId\":\"$PRINCIPAL\",\"consentType\":\"AllPrincipals\",\"resourceId\":\"$graph_principal\",\"scope\":\"openid profile\"}" id >/dev/null
  fi
}

approval() {
  people_sign_in /approve/callback hallpass-perimeter '' acct auth_time acrs
  printf 'approve:\n  clientId: %s\n  managedIdentity: { clientId: %s }\n' "$APP_ID" "$IDENTITY"
}

# Groups by id, so that the directory is asked only about whoever has too many of them.
console() {
  people_sign_in /signin/callback hallpass-bot '"groupMembershipClaims":"SecurityGroup",' acct
  printf 'console:\n  publicUrl: %s\n  clientId: %s\n  credential: { federated: { managedIdentity: { clientId: %s } } }\n' "${REDIRECT%/signin/callback}" "$APP_ID" "$IDENTITY"
}

permissions() {
  guid --identity "$IDENTITY"
  if [[ -n $LICENCE ]]; then
    # shellcheck disable=SC2207 # names of permissions have no blanks; the bash of macOS has no mapfile
    NAMES=($(node "$(dirname "${BASH_SOURCE[0]}")/permissions.mjs" "$LICENCE"))
  fi
  ((${#NAMES[@]})) || stop 'name the permissions, or --licence p2 or --licence plain'
  local principal resource granted name role id
  principal=$(service_principal "$IDENTITY")
  [[ -n $principal ]] || stop "there is no managed identity $IDENTITY in this tenant"
  resource=$(service_principal "$GRAPH_APP")
  granted=$(graph get "/servicePrincipals/$principal/appRoleAssignments" '' "value[?resourceId=='$resource'].appRoleId")
  local wanted=()
  for name in "${NAMES[@]}"; do
    [[ $name =~ ^[A-Za-z.]+$ ]] || stop "$name is no permission"
    role=$(graph get "/servicePrincipals/$resource?\$select=appRoles" '' "appRoles[?value=='$name' && contains(allowedMemberTypes, 'Application')].id | [0]")
    [[ -n $role ]] || stop "Microsoft Graph has no application permission $name in this cloud"
    wanted+=("$role")
    if grep -qix "$role" <<<"$granted"; then
      say "has $name"
    else
      say "granting $name"
      graph post "/servicePrincipals/$principal/appRoleAssignments" "{\"principalId\":\"$principal\",\"resourceId\":\"$resource\",\"appRoleId\":\"$role\"}" id >/dev/null
    fi
  done
  for id in $granted; do
    grep -qix "$id" <<<"$(printf '%s\n' "${wanted[@]}")" ||
      say "WARNING: it has more: $(graph get "/servicePrincipals/$resource?\$select=appRoles" '' "appRoles[?id=='$id'].value | [0]")"
  done
}

main() {
  local what=''
  while (($#)); do
    [[ $1 != -* || $# -gt 1 ]] || stop "$1 needs a value"
    case $1 in
      --cloud) CLOUD=$2 ;; --tenant) TENANT=$2 ;; --name) NAME=$2 ;; --caller) CALLER=$2 ;; --identity) IDENTITY=$2 ;;
      --redirect-uri) REDIRECT=$2 ;; --licence) LICENCE=$2 ;; --app-id) APP_ID=$2 ;; --role) ROLE=$2 ;;
      -*) stop "there is no option $1" ;;
      *)
        if [[ -z $what ]]; then what=$1; else NAMES+=("$1"); fi
        shift
        continue
        ;;
    esac
    shift 2
  done
  guid --tenant "$TENANT"
  [[ -z $APP_ID ]] || guid --app-id "$APP_ID"
  [[ $NAME =~ ^[A-Za-z0-9\ ._-]*$ ]] || stop '--name: letters, digits, blanks, dots and dashes'
  [[ $ROLE =~ ^[A-Za-z.]+$ ]] || stop '--role: letters and dots'
  case $CLOUD in
    AzureCloud) GRAPH=https://graph.microsoft.com LOGIN=https://login.microsoftonline.com EXCHANGE=api://AzureADTokenExchange ;;
    AzureUSGovernment) GRAPH=https://graph.microsoft.us LOGIN=https://login.microsoftonline.us EXCHANGE=api://AzureADTokenExchangeUSGov ;;
    *) stop '--cloud must be AzureCloud or AzureUSGovernment' ;;
  esac
  [[ $(az cloud show --query name --output tsv) == "$CLOUD" ]] || stop "the Azure CLI is in another cloud: az cloud set --name $CLOUD"
  [[ $(az account show --query tenantId --output tsv) == $(lower "$TENANT") ]] || stop "the Azure CLI is in another tenant: az login --tenant $TENANT"
  case $what in
    api | approval | console)
      [[ -n $NAME$APP_ID ]] || stop '--name or --app-id is needed'
      "$what"
      ;;
    permissions) permissions ;;
    *) stop 'what? api, approval, console or permissions' ;;
  esac
}

main "$@"
