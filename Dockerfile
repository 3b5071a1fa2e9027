FROM golang:1.26-bookworm AS build
ARG VERSION=development
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /flowcentre ./cmd/flowcentre \
 && mkdir -m 0700 /data

FROM scratch
COPY --from=build /flowcentre /flowcentre
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 8080 4222 2575
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["/flowcentre", "health", "http://127.0.0.1:8080/livez"]
ENTRYPOINT ["/flowcentre"]
CMD ["serve", "--config", "/config/centre.yaml"]
