# The perimeter as an Azure Functions app in a container of its own. Build from the root of the repository:
#   docker build -f deploy/functions.Dockerfile -t hallpass-perimeter-functions .
# Pin both bases by digest where you build for yourself.
ARG NODE=node:24.21.0-bookworm-slim
ARG BASE=mcr.microsoft.com/azure-functions/node:4-node24

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY flows flows
COPY manifest manifest
COPY src/access src/access
COPY src/azure src/azure
COPY src/cli src/cli
COPY src/config src/config
COPY src/durable src/durable
COPY src/entra src/entra
COPY src/identity src/identity
COPY src/observe src/observe
COPY src/perimeter src/perimeter
COPY src/web src/web
# Names the entry point to the worker, in place of the file that `npm ci` needed.
COPY deploy/functions/package.json deploy/functions/host.json ./
RUN mkdir -p /state

FROM ${BASE}
ENV AzureWebJobsScriptRoot=/home/site/wwwroot \
    AzureFunctionsJobHost__Logging__Console__IsEnabled=true \
    ASPNETCORE_URLS=http://+:8080 \
    NODE_ENV=production \
    HALLPASS_PERIMETER_CONFIG=/etc/hallpass/perimeter.yaml
COPY --from=build /app /home/site/wwwroot
# The only folders that the host of Functions writes into; the rest belongs to root.
COPY --from=build --chown=1654:1654 /state /azure-functions-host/Secrets
COPY --from=build --chown=1654:1654 /state /home/LogFiles
COPY --from=build --chown=1654:1654 /state /home/data
# The user `app` of .NET images.
USER 1654:1654
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
# The host itself, without the start script, which needs root and a shell.
ENTRYPOINT ["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"]
