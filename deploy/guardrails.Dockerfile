# Puts your perimeter.yaml into one of the two images: guardrails and program then have one digest, and nobody can change either alone.
#   docker build -f deploy/guardrails.Dockerfile --build-arg BASE=registry.example/hallpass-perimeter-functions@sha256:… FOLDER_OF_PERIMETER_YAML
ARG BASE
FROM ${BASE}
COPY perimeter.yaml /etc/hallpass/perimeter.yaml
