package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/flow"
	"flowcentre/flow/store"
	"flowcentre/streams/hl7"
	"flowcentre/streams/mllp"
)

var kills = flag.Int("kills", 3, "how often TestKilled kills the centre")

// acuteRun is the captured run, message by message.
func acuteRun(t *testing.T) [][]byte {
	t.Helper()
	text, err := os.ReadFile("../../../shared/testdata/hl7/stream/acute-run.hl7")
	if os.IsNotExist(err) {
		t.Skip("the captured run is not here: ../shared/testdata comes with the development workplace only")
	}
	require.NoError(t, err)
	var messages [][]byte
	for m := range hl7.Split(text) {
		messages = append(messages, m)
	}
	require.Len(t, messages, 2050)
	return messages
}

// TestKilled sends the captured run over MLLP while the centre is killed at random, and
// once undisturbed. Every message is answered; nothing acknowledged is missing after any
// restart; log and store agree; both runs end with the same patients in the same beds.
func TestKilled(t *testing.T) {
	messages := acuteRun(t)

	calm := t.TempDir()
	file, calmData := configIn(t, "acute.yaml", calm)
	c := startChild(t, "serve", "--config", file)
	s := &sender{messages: messages}
	s.addr.Store(&c.mllp)
	s.run(t)
	require.EqualValues(t, len(messages), s.acked.Load())
	require.Zero(t, s.refused)
	require.Eventually(t, func() bool { return logged(t, c.wall) >= s.events.Load() }, 20*time.Second, 50*time.Millisecond, "what is logged is applied before it stops")
	c.stop(t)
	verifyReplay(t, calmData)
	want := censusOf(t, calmData)
	require.NotEmpty(t, want)

	rough := t.TempDir()
	file, roughData := configIn(t, "acute.yaml", rough)
	require.NoError(t, os.MkdirAll(roughData, 0o700))
	key, err := os.ReadFile(filepath.Join(calmData, keysFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(roughData, keysFile), key, 0o600))

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	c = startChild(t, "serve", "--config", file)
	s = &sender{messages: messages, pace: time.Millisecond}
	s.addr.Store(&c.mllp)
	var sending sync.WaitGroup
	sending.Go(func() { s.run(t) })
	for range *kills {
		at := s.acked.Load() + uint64(1+chance.IntN(2*len(messages)/(2**kills)))
		for s.acked.Load() < at && s.acked.Load() < uint64(len(messages)) {
			time.Sleep(time.Millisecond)
		}
		c.kill(t)
		acked := s.events.Load()
		c = startChild(t, "serve", "--config", file)
		s.addr.Store(&c.mllp)
		assert.GreaterOrEqual(t, logged(t, c.wall), acked, "an acknowledged message is missing after a restart")
	}
	sending.Wait()
	require.EqualValues(t, len(messages), s.acked.Load())
	require.Zero(t, s.refused)
	require.Eventually(t, func() bool { return logged(t, c.wall) >= s.events.Load() }, 20*time.Second, 50*time.Millisecond)
	require.Equal(t, s.events.Load(), logged(t, c.wall), "every event counts once")
	c.stop(t)
	verifyReplay(t, roughData)
	require.Equal(t, want, censusOf(t, roughData))
}

// sender sends messages one by one until each is acknowledged, as an integration engine
// does.
type sender struct {
	messages [][]byte
	pace     time.Duration
	addr     atomic.Pointer[string]
	acked    atomic.Uint64 // answered as taken
	events   atomic.Uint64 // of these, the ones that the log keeps
	refused  int
}

func (s *sender) run(t *testing.T) {
	var client *mllp.Client
	var to string
	deadline := time.Now().Add(5 * time.Minute)
	for i := 0; i < len(s.messages) && time.Now().Before(deadline); {
		if addr := *s.addr.Load(); client == nil || addr != to {
			if client != nil {
				client.Close()
			}
			var err error
			to = addr
			if client, err = mllp.Dial(t.Context(), addr); err != nil {
				client = nil
				time.Sleep(5 * time.Millisecond)
				continue
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		ack, err := client.Send(ctx, s.messages[i])
		cancel()
		if err != nil {
			client.Close()
			client = nil
			continue
		}
		if answer, ok := hl7.ReadAnswer(ack); !ok || !answer.Taken() {
			s.refused++
		}
		if hl7.Map(s.messages[i], &hl7.Settings{}, 1<<50).Event != nil {
			s.events.Add(1)
		}
		s.acked.Add(1)
		i++
		time.Sleep(s.pace)
	}
	if client != nil {
		client.Close()
	}
}

// logged is how many different events of the run the centre has applied.
func logged(t *testing.T, wall string) uint64 {
	t.Helper()
	resp, err := http.Get(wall + "/api/v1/state")
	require.NoError(t, err)
	defer resp.Body.Close()
	var v flow.View
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&v))
	require.Len(t, v.Feeds, 1)
	return v.Feeds[0].Logged
}

func verifyReplay(t *testing.T, data string) {
	t.Helper()
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"replay", "--data", data, "--verify"}, &out, &errs), errs.String())
	require.Contains(t, out.String(), "store    equal")
}

// censusOf is who is in which bed, what is reserved and who is expected, without what a
// second run may tell otherwise: when a message was taken in.
func censusOf(t *testing.T, data string) []flow.Placement {
	t.Helper()
	st, err := store.Open(filepath.Join(data, storeFile), store.Options{})
	require.NoError(t, err)
	defer st.Close()
	state, _, err := st.Load()
	require.NoError(t, err)
	census := state.Census()
	for i := range census {
		if census[i].Expected {
			census[i].Since = 0
		}
	}
	return census
}
