# make          lists the targets
GOLANGCI_LINT := v2.15.0
GOFUMPT       := v0.12.0
GOVULNCHECK   := latest
FUZZTIME      := 100000x
CHECKS        := 100000
PATIENCE      := 40m
VERSION       := $(shell git describe --tags --always --dirty 2>/dev/null)
BIN           := $(shell go env GOPATH)/bin
TYPESCRIPT    := 7.0.2

.PHONY: help run build test race lint types fuzz properties year generate fresh bench soak vuln image clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

run: ## run the demonstration
	go run ./cmd/flowcentre demo

build: ## build bin/flowcentre, static, with its version
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/flowcentre ./cmd/flowcentre

test: ## pass all tests
	go test -timeout 20m ./...

race: ## pass all tests with the race detector
	go test -race -timeout 30m ./...

lint: $(BIN)/golangci-lint $(BIN)/gofumpt ## vet, lint, formatting
	go vet ./...
	$(BIN)/golangci-lint run ./...
	@unformatted=$$($(BIN)/gofumpt -modpath flowcentre -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofumpt-clean: $$unformatted"; exit 1; }

$(BIN)/golangci-lint:
	go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)

$(BIN)/gofumpt:
	go install mvdan.cc/gofumpt@$(GOFUMPT)

types: ## type-check the front end; needs Node
	@dir=$$(mktemp -d) && cp -r dashboard/web/src dashboard/web/tsconfig.json $$dir && cd $$dir && \
	  npm install --silent --no-save --no-audit --no-fund typescript@$(TYPESCRIPT) preact@11.2.0 @preact/signals@2.11.4 && npx tsc --noEmit && rm -rf $$dir

# A count, not a duration: at the end of a duration go test sometimes reports its own deadline as a failure (golang/go#75804).
fuzz: ## fuzz every decoder for FUZZTIME inputs each
	@for pkg in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

# A property that has not passed CHECKS sequences when its PATIENCE ends stops there, and says how many it has passed.
properties: ## try every property of the state and the figures on CHECKS random sequences
	@for pkg in flow capacity flow/engine; do \
	  for t in $$(awk '/^func Test/ {split($$2, name, "("); t = name[1]} /rapid\.Check\(/ {print t}' $$pkg/*_test.go | sort -u); do \
	    out=$$(go test -count=1 -v -run "^$$t\$$" -timeout $(PATIENCE) ./$$pkg -rapid.checks $(CHECKS)) || { echo "$$out"; exit 1; }; \
	    echo "$$pkg $$t: $$(echo "$$out" | sed -n 's/.*\[rapid\] OK, //p' | paste -sd,)"; \
	  done; \
	done

year: ## live through a year, and see that nothing grows
	go test -count=1 -v -run 'TestAYear' -timeout 60m ./cmd/flowcentre -days 365

generate: ## bundle the front end again
	go generate ./dashboard/web

fresh: generate ## fail if the committed front end is not what its sources give
	git diff --exit-code -- dashboard/web/dist
	@test -z "$$(git status --porcelain -- dashboard/web/dist)"

bench: ## measure this machine
	go run ./cmd/flowcentre bench

soak: ## kill the centre 20 times in the midst of a run, and compare
	go test -count=1 -run 'TestKilled' -timeout 20m ./cmd/flowcentre -kills 20

vuln: ## known vulnerabilities in what we use; needs the vulnerability database
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) ./...

image: ## build the container image
	docker build --build-arg VERSION=$(VERSION) -t flowcentre .

clean: ## remove what was built
	rm -rf bin tmp
