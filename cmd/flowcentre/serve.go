package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"

	"flowcentre/streams/county"
)

const serveUsage = `flowcentre serve: run the centre of a real system

  flowcentre serve --config FILE [--verbose]

The file says what the system has, who speaks for it, and where the centre listens;
flowcentre check FILE explains it. Interrupt (Ctrl-C) stops it in order.

  flowcentre serve --config configs/centre.yaml
`

// serveCommand is flowcentre serve.
func serveCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("serve", serveUsage, stderr)
	file := flags.String("config", "", "configuration file")
	verbose := flags.Bool("verbose", false, "log more")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if *file == "" || flags.NArg() > 0 {
		fmt.Fprint(stderr, serveUsage)
		return 2
	}
	config, faults := LoadConfig(*file)
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintln(stderr, f.Error())
		}
		return 1
	}
	if _, found, err := county.ReadSaved(config.Data); err != nil {
		return failed(stderr, fmt.Errorf("data folder: %w", err))
	} else if found {
		return failed(stderr, fmt.Errorf("%s holds the demonstration's county, whose patients are invented; give a real system a data folder of its own", config.Data))
	}
	logger := newLogger(stderr, *verbose)
	c, err := startCentre(ctx, centreOptions{Config: config, Logger: logger, Progress: progressTo(stderr)})
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "%s\n  wall     http://%s\n", config.Layout.System.Name, c.httpAddr)
	c.printDoors(stdout)
	fmt.Fprintf(stdout, "  data     %s\nCtrl-C stops it in order.\n", config.Data)
	err = c.Wait(ctx)
	return failed(stderr, errors.Join(err, c.Close()))
}

// printDoors tells where producers send to.
func (c *centre) printDoors(out io.Writer) {
	fmt.Fprintf(out, "  events   http://%s/api/v1/events", c.httpAddr)
	if c.natsAddr != "" {
		fmt.Fprintf(out, ", nats://%s events.<feed>.<family>", c.natsAddr)
	}
	fmt.Fprintln(out)
	for _, m := range c.o.Config.MLLP {
		fmt.Fprintf(out, "  HL7      mllp://%s for feed %s\n", c.mllpAddrs[m.Feed], m.Feed)
	}
}

func newFlags(name, usage string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	return flags
}

// parse reads the flags, and tells with which code to end when there is nothing to do.
func parse(flags *flag.FlagSet, args []string) (code int, ok bool) {
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0, false
	case err != nil:
		return 2, false
	}
	return 0, true
}

// failed tells an error, if there is one, and gives the exit code.
func failed(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "flowcentre: interrupted")
		return 1
	}
	fmt.Fprintf(stderr, "flowcentre: %v\n", err)
	return 1
}

func newLogger(out io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: level}))
}

// progressTo tells how far the log has been read.
func progressTo(out io.Writer) func(applied, last uint64) {
	return func(applied, last uint64) {
		fmt.Fprintf(out, "reading the log: %d of %d events\n", applied, last)
	}
}
