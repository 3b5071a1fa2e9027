package streams

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// The two ways to reach an embedded server, for reading and for writing.
func BenchmarkConnection(b *testing.B) {
	l := newTestLog(b)
	const events = 100_000
	for range events / maxBatch {
		_, err := l.Append(b.Context(), pendings(b, maxBatch))
		require.NoError(b, err)
	}
	inProcess := &Log{logger: l.logger, ackWait: l.ackWait, stall: l.stall, identity: l.identity, write: l.write, js: l.js, read: l.write, reader: l.js}
	loopback := &Log{logger: l.logger, ackWait: l.ackWait, stall: l.stall, identity: l.identity, write: l.read, js: l.reader, read: l.read, reader: l.reader}
	b.Run("follow/loopback", func(b *testing.B) { benchmarkFollow(b, loopback, events) })
	b.Run("follow/in process", func(b *testing.B) { benchmarkFollow(b, inProcess, events) })
	b.Run("append/in process", func(b *testing.B) { benchmarkAppend(b, inProcess, 1) })
	b.Run("append/loopback", func(b *testing.B) { benchmarkAppend(b, loopback, 1) })
	b.Run("append 1000/in process", func(b *testing.B) { benchmarkAppend(b, inProcess, 1000) })
	b.Run("append 1000/loopback", func(b *testing.B) { benchmarkAppend(b, loopback, 1000) })
}

func benchmarkFollow(b *testing.B, l *Log, events int) {
	for b.Loop() {
		ctx, stop := context.WithCancel(context.Background())
		out := make(chan []flow.Entry)
		go func() { _ = l.Follow(ctx, 0, out) }()
		for n := 0; n < events; {
			n += len(<-out)
		}
		stop()
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func benchmarkAppend(b *testing.B, l *Log, n int) {
	batch := pendings(b, n)
	for b.Loop() {
		_, err := l.Append(b.Context(), batch)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// A hundred callers of the door against one, and a bulk sender.
func BenchmarkDoor(b *testing.B) {
	for _, senders := range []int{1, 100} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			door := newTestDoor(b, newTestLog(b))
			var next atomic.Int64
			var all sync.WaitGroup
			b.ResetTimer()
			for range senders {
				all.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						r := door.Post(context.Background(), "wrh", []flow.Event{cleaned("wrh", strconv.FormatInt(n, 10))})
						if r[0].Err != nil {
							b.Error(r[0].Err)
						}
					}
				})
			}
			all.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
	b.Run("bulk=1000", func(b *testing.B) {
		door := newTestDoor(b, newTestLog(b))
		events := make([]flow.Event, 1000)
		n := 0
		for b.Loop() {
			for i := range events {
				n++
				events[i] = cleaned("wrh", strconv.Itoa(n))
			}
			for _, r := range door.Post(b.Context(), "wrh", events) {
				require.NoError(b, r.Err)
			}
		}
		b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "events/s")
	})
}
