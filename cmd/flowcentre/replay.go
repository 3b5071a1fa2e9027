package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"

	"flowcentre/capacity"
	"flowcentre/flow"
	"flowcentre/flow/store"
	"flowcentre/streams"
)

const replayUsage = `flowcentre replay: rebuild the state from the log

  flowcentre replay --data DIR [--at SEQ|TIME] [--verify] [--json]

Folds the log of a stopped centre from its first event, up to a sequence or a moment of
the centre's clock, and says what came out. With --verify the result is compared with
the store, and any difference ends in exit 1. With --json the state is printed as the
API gives it.

  flowcentre replay --data data --verify
  flowcentre replay --data data --at 2027-01-12T08:00:00Z --json
`

// replayCommand is flowcentre replay.
func replayCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("replay", replayUsage, stderr)
	data := flags.String("data", "", "data folder of a stopped centre")
	at := flags.String("at", "", "sequence, or moment in RFC 3339")
	verify := flags.Bool("verify", false, "compare with the store")
	asJSON := flags.Bool("json", false, "print the state as JSON")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if *data == "" || flags.NArg() > 0 || *verify && *at != "" {
		fmt.Fprint(stderr, replayUsage)
		return 2
	}
	r, err := openReplay(ctx, *data, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	defer r.close()
	state, err := r.run(ctx, *at, *verify)
	if err != nil {
		return failed(stderr, err)
	}
	if *asJSON {
		return failed(stderr, json.NewEncoder(stdout).Encode(state.View()))
	}
	fmt.Fprintf(stdout, "events   %d\nclock    %s\ndigest   %s\n", state.Seq(), state.At(), state.Digest())
	if *verify {
		fmt.Fprintln(stdout, "store    equal")
	}
	return 0
}

// anyLimit is room for a log of whatever limit it was made with.
const anyLimit = 1 << 50

// replay is the log and the store of a stopped centre.
type replay struct {
	store  *store.Store
	server *streams.Server
	log    *streams.Log
	state  streams.LogState
}

func openReplay(ctx context.Context, data string, stderr io.Writer) (_ *replay, err error) {
	r := &replay{}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	path := filepath.Join(data, storeFile)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s has no store of a centre: %w", data, err)
	}
	if _, err := os.Stat(filepath.Join(data, logFolder)); err != nil {
		return nil, fmt.Errorf("%s has no log of a centre: %w", data, err)
	}
	if r.store, err = store.Open(path, store.Options{}); err != nil {
		return nil, err
	}
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if r.server, err = streams.StartServer(streams.ServerOptions{Dir: filepath.Join(data, logFolder), MaxBytes: anyLimit, Logger: logger}); err != nil {
		return nil, err
	}
	if r.log, err = streams.OpenLog(ctx, streams.LogOptions{Server: r.server, Logger: logger}); err != nil {
		return nil, err
	}
	r.state, err = r.log.State(ctx)
	return r, err
}

func (r *replay) close() {
	if r.log != nil {
		r.log.Close()
	}
	if r.server != nil {
		r.server.Stop()
	}
	if r.store != nil {
		r.store.Close()
	}
}

// run folds the log up to at, or to where the store stands when it is to be compared,
// or to the end.
func (r *replay) run(ctx context.Context, at string, verify bool) (*flow.State, error) {
	if r.state.Last == 0 {
		return nil, errors.New("the log is empty")
	}
	upTo := r.state.Last
	var stored *flow.State
	if verify {
		var pos store.Position
		var err error
		if stored, pos, err = r.store.Load(); err != nil {
			return nil, err
		}
		if err := store.Prove(pos, r.state.Identity.String(), r.state.First, r.state.Last, r.hashAt(ctx)); err != nil {
			return nil, err
		}
		upTo = pos.Seq
	}
	if at != "" {
		var err error
		if upTo, err = r.find(ctx, at); err != nil {
			return nil, err
		}
	}
	state := flow.New("replay")
	if err := replayTo(ctx, r.log, state, upTo); err != nil {
		return nil, err
	}
	if verify && state.Digest() != stored.Digest() {
		return nil, fmt.Errorf("the store differs from the log at event %d: its digest is %s, the replay gives %s; "+
			"move %s aside and start the centre again to rebuild it from the log", upTo, stored.Digest(), state.Digest(), r.store.Path())
	}
	return state, nil
}

// hashAt gives the hash of an event's bytes, for the proof that store and log belong
// together.
func (r *replay) hashAt(ctx context.Context) func(uint64) ([32]byte, error) {
	return func(seq uint64) ([32]byte, error) {
		e, err := r.log.Event(ctx, seq)
		return sha256.Sum256(e.Raw), err
	}
}

// find is the last event up to a moment of the centre's clock, or the sequence itself.
func (r *replay) find(ctx context.Context, at string) (uint64, error) {
	if seq, err := strconv.ParseUint(at, 10, 64); err == nil {
		if seq > r.state.Last {
			return 0, fmt.Errorf("the log ends at event %d", r.state.Last)
		}
		return seq, nil
	}
	moment, err := capacity.ParseInstant(at)
	if err != nil {
		return 0, fmt.Errorf("--at %q is neither a sequence nor a moment such as 2027-01-12T08:00:00Z", at)
	}
	return r.log.Moment(ctx, moment)
}
