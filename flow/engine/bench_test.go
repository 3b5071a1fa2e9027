package engine

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
	"flowcentre/flow/store"
)

// decoded decodes the log in a goroutine of its own, as the reader of the log does.
func decoded(b *testing.B, log []flow.Entry) <-chan []flow.Entry {
	in := make(chan []flow.Entry, 8)
	go func() {
		defer close(in)
		for len(log) > 0 {
			n := min(500, len(log))
			entries := make([]flow.Entry, n)
			for i, l := range log[:n] {
				e, err := flow.Decode(l.Event.Seq, l.Raw)
				if err != nil {
					b.Error(err)
					return
				}
				entries[i] = flow.Entry{Event: e, Raw: l.Raw}
			}
			in <- entries
			log = log[n:]
		}
	}()
	return in
}

// benchLog is a log of 200,000 events after the layout of so many beds.
func benchLog(b *testing.B, beds int) []flow.Entry {
	c := newCounty(b, 1, beds)
	c.ticks = max(10, beds/1000)
	return c.pass(200_000)
}

// BenchmarkReplay measures what one event costs through decode, Apply and durable
// commit, and without each.
func BenchmarkReplay(b *testing.B) {
	for _, beds := range []int{1_000, 100_000} {
		log := benchLog(b, beds)
		perEvent := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(log)), "ns/event")
			b.ReportMetric(float64(len(log))*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		}
		b.Run(fmt.Sprintf("beds=%d/decode", beds), func(b *testing.B) {
			for b.Loop() {
				for range decoded(b, log) {
				}
			}
			perEvent(b)
		})
		b.Run(fmt.Sprintf("beds=%d/decode+apply", beds), func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, Replay(b.Context(), flow.New("replay"), decoded(b, log), log[len(log)-1].Event.Seq))
			}
			perEvent(b)
		})
		b.Run(fmt.Sprintf("beds=%d/decode+apply+commit", beds), func(b *testing.B) {
			commits, records, took := 0, 0, time.Duration(0)
			for b.Loop() {
				e, st := openEngine(b, enginePath(b), Options{OnCommit: func(s CommitStats) {
					commits, records, took = commits+1, records+s.Records, took+s.Took
				}})
				require.NoError(b, e.Run(b.Context(), decoded(b, log)))
				require.NoError(b, st.Close())
			}
			perEvent(b)
			b.ReportMetric(float64(commits)/float64(b.N), "commits")
			b.ReportMetric(float64(records)/float64(b.N), "records")
			b.ReportMetric(took.Seconds()/b.Elapsed().Seconds(), "committing")
		})
	}
}

// BenchmarkCommit measures one live event from the log's reader to the disk.
func BenchmarkCommit(b *testing.B) {
	for _, beds := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("beds=%d", beds), func(b *testing.B) {
			c := newCounty(b, 1, beds)
			c.pass(beds)
			laidOut := len(c.log)
			path := enginePath(b)
			e, st := openEngine(b, path, Options{})
			require.NoError(b, e.Run(b.Context(), decoded(b, c.log)))
			require.NoError(b, st.Close())
			log := c.pass(20_000)[laidOut:]

			done := make(chan struct{}, 1)
			e, _ = openEngine(b, path, Options{FrameEvery: -1, OnCommit: func(CommitStats) { done <- struct{}{} }})
			in := make(chan []flow.Entry)
			go func() { _ = e.Run(b.Context(), in) }()
			n := 0
			for b.Loop() {
				in <- log[n : n+1]
				<-done
				n++
			}
		})
	}
}

// BenchmarkLoad measures a start with everything known of so many beds. The time per
// bed must not depend on how many there are.
func BenchmarkLoad(b *testing.B) {
	for _, beds := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("beds=%d", beds), func(b *testing.B) {
			path := enginePath(b)
			e, st := openEngine(b, path, Options{})
			require.NoError(b, e.Run(b.Context(), feed(newCounty(b, 1, beds).pass(2*beds), 500)))
			require.NoError(b, st.Close())

			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var state *flow.State
			for b.Loop() {
				s, err := store.Open(path, store.Options{})
				require.NoError(b, err)
				state, _, err = s.Load()
				require.NoError(b, err)
				require.NoError(b, s.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(beds), "ns/bed")
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(beds), "heap-B/bed")
			runtime.KeepAlive(state)
		})
	}
}
