package streams

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// follow reads n entries after the given sequence.
func follow(t testing.TB, l *Log, after uint64, n int) []flow.Entry {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	out := make(chan []flow.Entry)
	failed := make(chan error, 1)
	go func() { failed <- l.Follow(ctx, after, out) }()
	var all []flow.Entry
	for len(all) < n {
		select {
		case batch := <-out:
			all = append(all, batch...)
		case err := <-failed:
			require.NoError(t, err)
		}
	}
	stop()
	require.ErrorIs(t, <-failed, context.Canceled)
	return all
}

func TestLogIsKeptAsPromised(t *testing.T) {
	l := newTestLog(t)
	stream, err := l.js.Stream(t.Context(), Stream)
	require.NoError(t, err)
	c := stream.CachedInfo().Config
	assert.Equal(t, jetstream.FileStorage, c.Storage)
	assert.Equal(t, jetstream.LimitsPolicy, c.Retention)
	assert.Equal(t, jetstream.DiscardNew, c.Discard)
	assert.Equal(t, jetstream.DefaultPersistMode, c.PersistMode)
	assert.True(t, c.DenyDelete && c.DenyPurge && c.AllowAtomicPublish)
	assert.False(t, c.AllowRollup || c.AllowMsgTTL || c.AllowMsgSchedules)
	assert.Zero(t, c.MaxAge)
	assert.Error(t, stream.Purge(t.Context()))
	_, err = l.Append(t.Context(), pendings(t, 1))
	require.NoError(t, err)
	assert.Error(t, stream.DeleteMsg(t.Context(), 1))
}

func TestAppendNumbersInOrder(t *testing.T) {
	l := newTestLog(t)
	before, err := l.State(t.Context())
	require.NoError(t, err)
	assert.Equal(t, uint64(0), before.Last)
	for _, c := range []struct{ n, from, to int }{{1, 1, 1}, {2, 2, 3}, {1000, 4, 1003}, {1, 1004, 1004}} {
		seqs, err := l.Append(t.Context(), pendings(t, c.n))
		require.NoError(t, err)
		require.Len(t, seqs, c.n)
		assert.EqualValues(t, c.from, seqs[0])
		assert.EqualValues(t, c.to, seqs[c.n-1])
	}
	_, err = l.Append(t.Context(), pendings(t, 1001))
	require.Error(t, err)
	for i, e := range follow(t, l, 0, 1004) {
		require.EqualValues(t, i+1, e.Event.Seq)
	}
	one, err := l.Event(t.Context(), 4)
	require.NoError(t, err)
	assert.Equal(t, "e-0", one.Event.ID)
	assert.NotEmpty(t, one.Raw)
}

func TestEstimateOfBytesIsNeverTooLow(t *testing.T) {
	l := newTestLog(t)
	for _, n := range []int{1, 5, 100} {
		_, err := l.Append(t.Context(), pendings(t, n))
		require.NoError(t, err)
	}
	estimate := l.used.Load()
	state, err := l.State(t.Context())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, estimate, state.Bytes)
	assert.Less(t, float64(estimate), 1.6*float64(state.Bytes))
	assert.Equal(t, state.Bytes, l.used.Load(), "asking corrects it")
}

func TestLogGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	s := testServer(t, dir)
	l := testLog(t, LogOptions{Server: s})
	_, err := l.Append(t.Context(), pendings(t, 20))
	require.NoError(t, err)
	identity := l.Identity()
	l.Close()
	s.Stop()

	l = testLog(t, LogOptions{Server: testServer(t, dir)})
	assert.Equal(t, identity.String(), l.Identity().String())
	seqs, err := l.Append(t.Context(), pendings(t, 1))
	require.NoError(t, err)
	assert.Equal(t, []uint64{21}, seqs)
	rest := follow(t, l, 15, 6)
	assert.EqualValues(t, 16, rest[0].Event.Seq)
}

func TestAppendAfterLetsOnlyOneSpeak(t *testing.T) {
	l := newTestLog(t)
	layout := func(revision uint64) []flow.Event {
		var all []flow.Event
		for i := range 3 {
			all = append(all, flow.Event{
				ID: fmt.Sprintf("layout-%d-%d", revision, i), Feed: flow.Centre, Kind: flow.LayoutCommit, Happened: start, Recorded: start,
				Data: flow.Data{Revision: revision, LayoutID: "x"},
			})
		}
		return all
	}
	first, err := l.AppendAfter(t.Context(), 0, layout(1))
	require.NoError(t, err)
	_, err = l.AppendAfter(t.Context(), 0, layout(1))
	require.ErrorIs(t, err, ErrMoved)
	newest, err := l.Latest(t.Context(), LayoutSubject)
	require.NoError(t, err)
	assert.Equal(t, first[2], newest.Seq)
	assert.NotEmpty(t, newest.Digest)
	_, err = l.AppendAfter(t.Context(), newest.Seq, layout(2))
	require.NoError(t, err)
	assert.EqualValues(t, 6, last(t, l))

	none, err := l.Latest(t.Context(), ClockSubject)
	require.NoError(t, err)
	assert.Zero(t, none.Seq)
}

func TestLogFullRefusesAndHeals(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, MaxBytes: 64 << 10})
	var err error
	for range 1000 {
		if _, err = l.Append(t.Context(), pendings(t, 10)); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, ErrFull)
	assert.True(t, l.Full())
	before := last(t, l)
	_, err = l.Append(t.Context(), pendings(t, 10))
	require.ErrorIs(t, err, ErrFull)
	assert.Equal(t, before, last(t, l), "a refused batch leaves nothing")

	l = testLog(t, LogOptions{Server: s, MaxBytes: 1 << 20})
	assert.False(t, l.Full())
	_, err = l.Append(t.Context(), pendings(t, 10))
	require.NoError(t, err)
}

func TestFollowHandsOnWhatIsNoEvent(t *testing.T) {
	l := newTestLog(t)
	_, err := l.Append(t.Context(), []Pending{{Subject: "log.x.bed", Body: []byte("not an event")}})
	require.NoError(t, err)
	got := follow(t, l, 0, 1)
	assert.Equal(t, flow.Unknown, got[0].Event.Kind)
	assert.EqualValues(t, 1, got[0].Event.Seq)
	assert.Equal(t, "not an event", string(got[0].Raw))
}

func TestFollowSeesWhatComesWhileItRuns(t *testing.T) {
	l := newTestLog(t)
	out := make(chan []flow.Entry)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Follow(ctx, 0, out) }()
	for i := range 5 {
		_, err := l.Append(t.Context(), pendings(t, 1))
		require.NoError(t, err)
		batch := <-out
		require.Len(t, batch, 1)
		assert.EqualValues(t, i+1, batch[0].Event.Seq)
	}
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestFollowRefusesALogThatEndsTooEarly(t *testing.T) {
	l := newTestLog(t)
	_, err := l.Append(t.Context(), pendings(t, 3))
	require.NoError(t, err)
	err = l.Follow(t.Context(), 5, make(chan []flow.Entry))
	require.ErrorContains(t, err, "ends at 3, before the 5")
}

func TestFollowNoticesAnotherLog(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s})
	l.stall = 20 * time.Millisecond
	_, err := l.Append(t.Context(), pendings(t, 3))
	require.NoError(t, err)
	out := make(chan []flow.Entry, 10)
	ended := make(chan error, 1)
	go func() { ended <- l.Follow(t.Context(), 0, out) }()
	<-out
	require.NoError(t, l.js.DeleteStream(t.Context(), Stream))
	testLog(t, LogOptions{Server: s})
	select {
	case err := <-ended:
		require.ErrorContains(t, err, "it is now")
	case <-time.After(20 * time.Second):
		t.Fatal("follows a log that is another")
	}
}

func TestFollowBeginsAnewAfterAStall(t *testing.T) {
	l := newTestLog(t)
	l.stall = 50 * time.Millisecond
	out := make(chan []flow.Entry, 10)
	go func() { _ = l.Follow(t.Context(), 0, out) }()
	_, err := l.Append(t.Context(), pendings(t, 1))
	require.NoError(t, err)
	<-out
	// The consumer is taken away behind the reader's back.
	names := l.consumers(t)
	require.Len(t, names, 1)
	stream, err := l.js.Stream(t.Context(), Stream)
	require.NoError(t, err)
	_, err = stream.PauseConsumer(t.Context(), names[0], time.Now().Add(time.Hour))
	require.NoError(t, err)
	_, err = l.Append(t.Context(), pendings(t, 1))
	require.NoError(t, err)
	select {
	case batch := <-out:
		assert.EqualValues(t, 2, batch[0].Event.Seq)
		assert.EqualValues(t, 1, l.Stalls())
	case <-time.After(20 * time.Second):
		t.Fatal("stalled for ever")
	}
}

func TestFollowLeavesNoConsumerBehind(t *testing.T) {
	l := newTestLog(t)
	_, err := l.Append(t.Context(), pendings(t, 3))
	require.NoError(t, err)
	follow(t, l, 0, 3)
	assert.Empty(t, l.consumers(t))
}

func (l *Log) consumers(t *testing.T) (names []string) {
	stream, err := l.js.Stream(t.Context(), Stream)
	require.NoError(t, err)
	for name := range stream.ConsumerNames(t.Context()).Name() {
		names = append(names, name)
	}
	return names
}

func TestNoAnswerMeansUnknown(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, AckWait: 200 * time.Millisecond})
	_, err := l.Append(t.Context(), pendings(t, 1))
	require.NoError(t, err)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Append(cancelled, pendings(t, 1))
	require.ErrorIs(t, err, ErrUnknown)
	s.Stop()
	_, err = l.Append(t.Context(), pendings(t, 1))
	require.True(t, errors.Is(err, ErrUnknown) || errors.Is(err, ErrAway), "%v", err)
	require.Error(t, l.Health())
}

func TestClocksShareTheTicks(t *testing.T) {
	l := newTestLog(t)
	ctx, stop := context.WithCancel(t.Context())
	var clocks sync.WaitGroup
	for range 2 {
		clock := NewClock(start, 600) // a tick every 17 ms
		clocks.Go(func() {
			assert.ErrorIs(t, clock.Run(ctx, l, nil), context.Canceled)
		})
	}
	ticks := follow(t, l, 0, 20)
	stop()
	clocks.Wait()
	for i, tick := range ticks {
		assert.Equal(t, flow.Tick, tick.Event.Kind)
		assert.Zero(t, tick.Event.Happened%10_000)
		assert.Equal(t, tick.Event.Happened, tick.Event.Recorded)
		assert.Equal(t, fmt.Sprintf("tick-%d", tick.Event.Happened/1000), tick.Event.ID)
		if i > 0 {
			assert.Greater(t, tick.Event.Happened, ticks[i-1].Event.Happened, "one tick a slot, never back")
		}
	}
}

func TestClockDoesNotRepeatOrGoBack(t *testing.T) {
	l := newTestLog(t)
	tick := flow.Event{ID: "tick-x", Feed: flow.Centre, Kind: flow.Tick, Happened: start.Add(time.Hour), Recorded: start.Add(time.Hour)}
	_, err := l.AppendAfter(t.Context(), 0, []flow.Event{tick})
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	_ = NewClock(start, 600).Run(ctx, l, nil)
	assert.EqualValues(t, 1, last(t, l), "no tick behind the newest")

	clock := NewClock(start, 1e6)
	at := clock.Now()
	for range 1000 {
		next := clock.Now()
		require.GreaterOrEqual(t, next, at)
		at = next
	}
	assert.InDelta(t, float64(time.Now().UnixMilli()), float64(NewClock(0, 1).Now()), 1000)
}

// A log of an earlier version takes messages of today's size from the next start on.
func TestAnOldLogTakesLargerMessages(t *testing.T) {
	s := testServer(t, t.TempDir())
	l := testLog(t, LogOptions{Server: s, MaxBytes: 1 << 20})
	old, err := l.js.Stream(t.Context(), Stream)
	require.NoError(t, err)
	config := old.CachedInfo().Config
	config.MaxMsgSize = 64 << 10
	_, err = l.js.UpdateStream(t.Context(), config)
	require.NoError(t, err)
	l.Close()
	l = testLog(t, LogOptions{Server: s, MaxBytes: 1 << 20})
	now, err := l.js.Stream(t.Context(), Stream)
	require.NoError(t, err)
	require.EqualValues(t, MaxPayload, now.CachedInfo().Config.MaxMsgSize)
	require.EqualValues(t, 1<<20, now.CachedInfo().Config.MaxBytes)
}
