package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"flowcentre/capacity"
	"flowcentre/configs"
	"flowcentre/flow/store"
	"flowcentre/streams/county"
)

const demoUsage = `flowcentre demo: a synthetic county, everything inside, nothing to set up

  flowcentre demo [--data DIR] [--speed 60] [--seed N] [--shocks=false] [--desk=false]
                  [--http 127.0.0.1:8080] [--mllp 127.0.0.1:2575] [--nats 127.0.0.1:4222]

Worcestershire's hospitals on a Tuesday in January: A&E, ambulances, bed requests,
admissions, transfers, cleaning and discharges reach the centre over MLLP, HTTP and NATS,
as from real systems. Nobody in it exists. The coordinators who allocate beds and the owners
of actions are played too; --desk=false leaves that to you. Bays closed for norovirus, quiet feeds, late,
repeated and missing messages come by chance; --shocks=false keeps them away. With --data
it goes on where it was; otherwise a temporary folder is used.

  flowcentre demo
  flowcentre demo --data /var/tmp/county --speed 1
  flowcentre demo --http 127.0.0.1:0 --mllp 127.0.0.1:0 --nats 127.0.0.1:0
`

// demoStart is a Tuesday morning in January, before the day's work.
var demoStart = capacity.At(time.Date(2027, time.January, 12, 6, 0, 0, 0, time.UTC))

// demoCommand is flowcentre demo.
func demoCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("demo", demoUsage, stderr)
	data := flags.String("data", "", "data folder")
	httpAddr := flags.String("http", "127.0.0.1:8080", "address of the wall")
	mllpAddr := flags.String("mllp", "127.0.0.1:2575", "address of the first MLLP listener; further ones take the ports after it")
	natsAddr := flags.String("nats", "127.0.0.1:4222", "address for NATS producers")
	speed := flags.Float64("speed", 60, "times faster than real")
	seed := flags.Uint64("seed", 1, "which county")
	shocks := flags.Bool("shocks", true, "let things go wrong: closed bays, quiet feeds, late and missing messages")
	desk := flags.Bool("desk", true, "play the coordinators who allocate beds")
	verbose := flags.Bool("verbose", false, "log more")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if flags.NArg() > 0 {
		fmt.Fprint(stderr, demoUsage)
		return 2
	}
	if !(*speed > 0 && *speed <= 3600) { // NaN is neither
		fmt.Fprintf(stderr, "flowcentre: --speed %g: give a number above 0 and up to 3600\n", *speed)
		return 2
	}
	played := county.Options{Seed: *seed, Start: demoStart, Desk: *desk, Calm: !*shocks}
	config, err := demoConfig(*data, *httpAddr, *mllpAddr, *natsAddr)
	if err != nil {
		return failed(stderr, err)
	}
	if err := goesOn(config.Data, played, config.Layout.System.ID); err != nil {
		return failed(stderr, err)
	}
	logger := newLogger(stderr, *verbose)
	if !*verbose {
		logger = slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	c, err := startCentre(ctx, centreOptions{Config: config, Logger: logger, Speed: *speed, Start: demoStart, Simulated: true, Progress: progressTo(stderr)})
	if err != nil {
		if *data == "" {
			err = errors.Join(err, os.RemoveAll(config.Data)) // nobody was told of it
		}
		return failed(stderr, err)
	}
	if err := c.simulate(played); err != nil {
		return failed(stderr, errors.Join(err, c.Close()))
	}
	if *desk {
		c.run("owners of actions", c.playActions)
	}
	fmt.Fprintf(stdout, `Flow Centre demonstration: %s, synthetic, %g times as fast as real.

  wall     http://%s
`, config.Layout.System.Name, *speed, c.httpAddr)
	c.printDoors(stdout)
	fmt.Fprintf(stdout, `  data     %s

Simulated: A&E, ambulances, bed requests, admissions, transfers, cleaning and discharges
of %d sites, over MLLP, HTTP and NATS, as their systems would send them. Nobody in it exists.
Ctrl-C stops it; %s goes on where it was.
`, config.Data, len(config.Layout.Sites), "demo --data "+config.Data)
	err = c.Wait(ctx)
	return failed(stderr, errors.Join(err, c.Close()))
}

// goesOn tells why the demonstration cannot go on in a folder: it holds another county,
// or a real system, whose log the invented patients would spoil for good.
func goesOn(data string, played county.Options, system string) error {
	saved, found, err := county.ReadSaved(data)
	if err != nil {
		return fmt.Errorf("%s: %w; give the demonstration another folder", data, err)
	}
	if found {
		switch {
		case saved.Version != county.Version:
			return fmt.Errorf("%s holds a county as another version of flowcentre plays it, and its messages would clash with those that are there; give another folder, or use that version", data)
		case saved.Seed != played.Seed:
			return fmt.Errorf("%s holds the county of seed %d; add --seed %d, or give another folder", data, saved.Seed, saved.Seed)
		case saved.Calm != played.Calm:
			return fmt.Errorf("%s holds a county with other shocks; add --shocks=%t, or give another folder", data, !saved.Calm)
		case saved.Desk != played.Desk:
			return fmt.Errorf("%s holds a county with another desk; add --desk=%t, or give another folder", data, saved.Desk)
		}
		return nil
	}
	if other := systemIn(data); other != "" && other != system {
		return fmt.Errorf("%s holds another system, %q, and the demonstration would write invented patients into its log; give another folder", data, other)
	}
	return nil
}

// systemIn is the system whose store is in a folder; empty when that cannot be told,
// which the start of the centre will find out.
func systemIn(data string) string {
	path := filepath.Join(data, storeFile)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	st, err := store.Open(path, store.Options{})
	if err != nil {
		return ""
	}
	defer st.Close()
	state, _, err := st.Load()
	if err != nil {
		return ""
	}
	return state.View().System.ID
}

const countyFile = "worcestershire.yaml"

// demoCounty is the configuration of the county.
func demoCounty() (*Config, error) {
	config, faults := readConfig(countyFile, func(name string) ([]byte, error) {
		if name == countyFile {
			return configs.Worcestershire, nil
		}
		return configs.OPEL.ReadFile(name)
	})
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return config, nil
}

// demoConfig is the county with the addresses and folder of the command line.
func demoConfig(data, httpAddr, mllpAddr, natsAddr string) (*Config, error) {
	config, err := demoCounty()
	if err != nil {
		return nil, err
	}
	config.HTTP.Listen, config.NATS.Listen = httpAddr, natsAddr
	for i := range config.MLLP {
		addr, err := portAfter(mllpAddr, i)
		if err != nil {
			return nil, err
		}
		config.MLLP[i].Listen = addr
	}
	if err := loopbackOnly(httpAddr, mllpAddr, natsAddr); err != nil {
		return nil, err
	}
	if config.Data = data; data == "" {
		if config.Data, err = os.MkdirTemp("", "flowcentre-demo-"); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	return config, nil
}

// portAfter is the address n ports on; port 0 stays any port.
func portAfter(addr string, n int) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("address %q: give host and port, such as 127.0.0.1:2575", addr)
	}
	p, err := strconv.Atoi(port)
	if err != nil {
		return "", fmt.Errorf("address %q: %q is no port number", addr, port)
	}
	if p != 0 {
		p += n
	}
	return net.JoinHostPort(host, strconv.Itoa(p)), nil
}

// loopbackOnly refuses to open the demonstration to others: it asks nobody who they are.
func loopbackOnly(addrs ...string) error {
	for _, addr := range addrs {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return fmt.Errorf("address %q: give host and port, such as 127.0.0.1:8080", addr)
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("address %q: the demonstration asks nobody who they are, so it listens on this machine only; use 127.0.0.1, or serve with a configuration", addr)
		}
	}
	return nil
}

// simulate plays the county against the centre's own listeners.
func (c *centre) simulate(o county.Options) error {
	o.Layout = c.o.Config.Layout
	play, err := county.New(o)
	if err != nil {
		return err
	}
	targets := county.Targets{MLLP: c.mllpAddrs, HTTP: "http://" + c.httpAddr, NATS: "nats://" + c.natsAddr, Folder: c.o.Config.Data}
	c.run("synthetic county", func(ctx context.Context) error {
		return play.Run(ctx, c.clock.Now, targets)
	})
	return nil
}
