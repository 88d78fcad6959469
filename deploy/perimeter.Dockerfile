# The perimeter behind its own Node server. Build from the root of the repository:
#   docker build -f deploy/perimeter.Dockerfile -t hallpass-perimeter .
# Pin the base by digest where you build for yourself: --build-arg BASE=node:24.21.0-bookworm-slim@sha256:…
ARG BASE=node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
# What the perimeter is made of, and nothing of chat: `npm run closure` lists it.
COPY flows flows
COPY manifest manifest
COPY src/main.ts src/main.ts
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
RUN mkdir -p /state

FROM ${BASE}
ENV NODE_ENV=production
WORKDIR /app
# Owned by root, so that the process cannot change what it runs. Only the store is its own.
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /state /var/lib/hallpass-perimeter
USER 10001:10001
VOLUME ["/var/lib/hallpass-perimeter"]
EXPOSE 8443
# Where the address of `listen:` differs, set it. With TLS of its own, trust its authority by NODE_EXTRA_CA_CERTS.
ENV HALLPASS_HEALTHZ=http://127.0.0.1:9465/healthz
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch(process.env.HALLPASS_HEALTHZ).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts", "perimeter"]
CMD ["--config", "/etc/hallpass/perimeter.yaml"]
