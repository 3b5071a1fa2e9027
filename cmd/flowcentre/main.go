// Command flowcentre is the patient flow centre: one program that takes what hospital
// systems tell, keeps the whole system's beds, and shows them live.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // the centre's local days do not depend on the machine's zone files
)

// version is set by the build: -ldflags "-X main.version=v1.2.3".
var version = ""

const usage = `flowcentre shows, live, every bed of a health system.

  flowcentre demo                    a synthetic county, everything inside, nothing to set up
  flowcentre serve --config FILE     a real system
  flowcentre check FILE              say what is wrong with a configuration, and the remedy
  flowcentre publish FILE… --to URL  send HL7 v2, CloudEvents or an A&E list to a running centre
  flowcentre replay --data DIR       rebuild the state from the log, and compare it with the store
  flowcentre rehearse --data DIR     what another profile or table of conditions would have told
  flowcentre rules                   make Prometheus's rules from the table of conditions
  flowcentre bench                   measure this machine
  flowcentre simulate --check        is the synthetic county like a real one?
  flowcentre version                 print the version

Each command has --help with examples. Exit status: 0 done, 1 failed, 2 wrong use.
`

type command func(ctx context.Context, args []string, stdout, stderr io.Writer) int

var commands = map[string]command{
	"demo":     demoCommand,
	"serve":    serveCommand,
	"check":    checkCommand,
	"publish":  publishCommand,
	"replay":   replayCommand,
	"rehearse": rehearseCommand,
	"bench":    benchCommand,
	"rules":    rulesCommand,
	"simulate": simulateCommand,
	"health":   healthCommand,
	"version":  versionCommand,
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run does one command. The first interrupt asks it to stop in order, a second one ends
// the process at once.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Fprint(stdout, usage)
		return 0
	}
	do, ok := commands[args[0]]
	if !ok {
		fmt.Fprintf(stderr, "flowcentre: there is no command %q\n\n%s", args[0], usage)
		return 2
	}
	return do(ctx, args[1:], stdout, stderr)
}

// healthCommand asks a running centre how it is, for a container's health check.
func healthCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprint(stderr, "flowcentre health URL: exit 0 when the address answers 200\n\n  flowcentre health http://127.0.0.1:8080/livez\n")
		return 2
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, args[0], nil)
	if err != nil {
		return failed(stderr, err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return failed(stderr, err)
	}
	defer resp.Body.Close()
	fmt.Fprintln(stdout, resp.Status)
	if resp.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

func versionCommand(_ context.Context, _ []string, stdout, _ io.Writer) int {
	fmt.Fprintln(stdout, "flowcentre", versionText())
	return 0
}

// versionText is the version of the build, or of the commit it was made from.
func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value[:min(12, len(s.Value))]
		}
	}
	return "development"
}
