package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"flowcentre/capacity"
	"flowcentre/streams"
)

// restarted is what a part says when it is live.
type restarted struct {
	Milliseconds float64
}

// measureRestart takes how long a centre needs from its start until the wall is live:
// after a clean stop with one history and with ten times as much, and after a hard kill
// that came before the log's server had written its index: it must then read the whole.
func (b *bench) measureRestart(ctx context.Context) error {
	// A county so small that even the shorter history is longer than the 30 days for
	// which ids are kept: what is retained is the same in both.
	const beds, every = 200, 300
	short := filepath.Join(b.dir, "short")
	long := filepath.Join(b.dir, "long")
	if err := makeHistory(ctx, short, beds, every, b.History); err != nil {
		return err
	}
	if err := makeHistory(ctx, long, beds, every, 10*b.History); err != nil {
		return err
	}
	size, err := folderSize(filepath.Join(long, logFolder))
	if err != nil {
		return err
	}
	for round := range b.Rounds + 1 { // in the first the stores are built, and the page cache warms
		once, err := restart(ctx, "centre", short, beds, false)
		if err != nil {
			return err
		}
		tenfold, err := restart(ctx, "centre", long, beds, true)
		if err != nil {
			return err
		}
		if err := dropIndex(long); err != nil {
			return err
		}
		killed, err := restart(ctx, "centre", long, beds, true)
		if err != nil {
			return err
		}
		if err := dropIndex(long); err != nil {
			return err
		}
		rescan, err := restart(ctx, "bare", long, beds, false)
		if err != nil {
			return err
		}
		if round == 0 {
			continue
		}
		b.sample("restart_1m_over_100k", tenfold/once)
		b.sample("restart_kill_over_rescan", (killed-tenfold)/rescan)
		b.sample("restart_ms", once)
		b.sample("restart_10x_ms", tenfold)
		b.sample("restart_kill_ms", killed)
		b.sample("rescan_ms", rescan)
		b.sample("rescan_s_per_gb", rescan/1000/(float64(size)/1e9))
	}
	return nil
}

// restart runs a part until it is live, then stops it in order or kills it.
func restart(ctx context.Context, part, data string, beds int, kill bool) (milliseconds float64, err error) {
	p, err := startPart(ctx, part, data, beds)
	if err != nil {
		return 0, err
	}
	var live restarted
	if err := p.answer(&live); err != nil {
		p.kill()
		return 0, err
	}
	if kill {
		p.kill()
		return live.Milliseconds, nil
	}
	return live.Milliseconds, p.stop()
}

// dropIndex removes the index that the log's server writes now and then.
func dropIndex(data string) error {
	err := os.Remove(filepath.Join(data, logFolder, "jetstream", "$G", "streams", streams.Stream, "msgs", "index.db"))
	if errors.Is(err, fs.ErrNotExist) { // killed before it wrote one
		return nil
	}
	return err
}

// makeHistory writes the log of a centre that has run until now.
func makeHistory(ctx context.Context, data string, beds int, every float64, n int) error {
	quiet := slog.New(slog.DiscardHandler)
	server, err := streams.StartServer(streams.ServerOptions{Dir: filepath.Join(data, logFolder), MaxBytes: defaultLogBytes, Logger: quiet})
	if err != nil {
		return err
	}
	defer server.Stop()
	log, err := streams.OpenLog(ctx, streams.LogOptions{Server: server, MaxBytes: defaultLogBytes, Logger: quiet})
	if err != nil {
		return err
	}
	defer log.Close()
	if _, err := streams.OpenKeys(filepath.Join(data, keysFile), true); err != nil {
		return err
	}
	span := time.Duration(float64(n)*every*0.75) * time.Second // some of the events come two at a time
	w := newWards(beds, capacity.At(time.Now().Add(-span)), every, capacity.Instant(every))
	for events := w.opening(); n > 0; events = w.events(min(n, 10_000)) {
		if _, _, err := fill(ctx, log, events); err != nil {
			return err
		}
		n -= len(events)
	}
	return nil
}

func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// runBenchCentre is a centre that says how long it took to be live, and stops when in
// ends.
func runBenchCentre(ctx context.Context, data string, beds int, in io.Reader, out io.Writer) error {
	config := benchConfig(data, newWards(beds, 0, 0, 0))
	began := time.Now()
	c, err := startCentre(ctx, centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return stayLive(began, in, out, func() error { return c.Close() })
}

// runBareServer is the log's server alone, until the log can be read.
func runBareServer(ctx context.Context, data string, in io.Reader, out io.Writer) error {
	began := time.Now()
	s, err := bareServer(filepath.Join(data, logFolder), true)
	if err != nil {
		return err
	}
	conn, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	if _, err := js.Stream(ctx, streams.Stream); err != nil {
		return err
	}
	return stayLive(began, in, out, func() error {
		conn.Close()
		s.Shutdown()
		s.WaitForShutdown()
		return nil
	})
}

func stayLive(began time.Time, in io.Reader, out io.Writer, stop func() error) error {
	err := json.NewEncoder(out).Encode(restarted{time.Since(began).Seconds() * 1000})
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in) // whoever started it ends it
	return stop()
}
