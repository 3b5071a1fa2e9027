package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/dashboard"
	"flowcentre/flow"
)

// hurriedShire is the centre of ward.yaml, whose clock runs 600 times as fast and which
// takes a checkpoint every 40 events.
func hurriedShire(t *testing.T, data string) *centre {
	t.Helper()
	c, err := startHurried(t.Context(), data, 40, "")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func startHurried(ctx context.Context, data string, every uint64, logURL string) (*centre, error) {
	config, faults := LoadConfig("testdata/ward.yaml")
	if len(faults) > 0 {
		return nil, faults[0]
	}
	config.Data, config.Log.URL, config.Log.TrustSync = data, logURL, true
	return startCentre(ctx, centreOptions{
		Config: config, Logger: slog.New(slog.DiscardHandler), FrameEvery: -1,
		Start: demoStart, Speed: 600, CheckpointEvery: every,
	})
}

// shown is the state as the API tells it, without what a restart may change.
func (c *centre) shown(t *testing.T, query string) (state map[string]any) {
	t.Helper()
	resp, err := http.Get("http://" + c.httpAddr + "/api/v1/state?" + query)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(body))
	require.NoError(t, json.Unmarshal(body, &state))
	forgetVersions(state)
	return state
}

func forgetVersions(of any) {
	switch of := of.(type) {
	case map[string]any:
		delete(of, "version")
		for _, inner := range of {
			forgetVersions(inner)
		}
	case []any:
		for _, inner := range of {
			forgetVersions(inner)
		}
	}
}

func checkpointsIn(t *testing.T, data string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, checkpointFolder, "*.db"))
	require.NoError(t, err)
	return files
}

// TestThePastIsWhatTheWallShowed: every state that the wall has shown is given again, by
// its sequence and by its time, from checkpoints and without, also after a restart.
func TestThePastIsWhatTheWallShowed(t *testing.T) {
	data := t.TempDir()
	c := hurriedShire(t, data)
	var live []map[string]any
	for i := range 60 {
		place, patient := fmt.Sprint("w4/A", 1+i%6), fmt.Sprint("T/MR/", i%17)
		switch i % 6 {
		case 0:
			c.post(t, fmt.Sprint("e", i), "census", fmt.Sprintf(`{"place":"w4","census":[{"place":%q,"patient":%q}]}`, place, patient))
		case 3:
			c.post(t, fmt.Sprint("e", i), "closed", fmt.Sprintf(`{"place":"w4/S%d","reason":"staffing","until":%q}`, 1+i%2, c.clock.Now().Add(time.Hour)))
		case 4:
			c.post(t, fmt.Sprint("e", i), "discharged", fmt.Sprintf(`{"patient":%q,"place":%q}`, patient, place))
		case 5:
			c.post(t, fmt.Sprint("e", i), "admitted", fmt.Sprintf(`{"patient":%q,"visit":"T/VN/%d","place":"w9/A1"}`, patient, i))
		default:
			c.post(t, fmt.Sprint("e", i), "admitted", fmt.Sprintf(`{"patient":%q,"visit":"T/VN/%d","place":%q}`, patient, i, place))
		}
		live = append(live, c.shown(t, ""))
	}
	require.Eventually(t, func() bool { return len(checkpointsIn(t, data)) >= 2 }, 10*time.Second, time.Millisecond)

	same := func(c *centre) {
		for _, i := range rand.Perm(len(live)) {
			want := live[i]
			got := c.shown(t, fmt.Sprintf("at=%.0f", want["seq"]))
			require.Equal(t, want, got)
			if text, ticked := want["at"].(string); ticked && i%10 == 0 {
				at, err := time.Parse(time.RFC3339, text)
				require.NoError(t, err)
				zone := time.FixedZone("", 3600)
				got := c.shown(t, "at="+url.QueryEscape(at.In(zone).Format(time.RFC3339Nano)))
				require.Equal(t, want["at"], got["at"], "the clock then was the clock asked for")
			}
		}
	}
	same(c)
	require.NoError(t, c.Close())
	require.GreaterOrEqual(t, len(checkpointsIn(t, data)), 2)
	c = hurriedShire(t, data)
	same(c)
	require.NoError(t, c.Close())
	for _, file := range checkpointsIn(t, data) {
		require.NoError(t, os.Remove(file))
	}
	same(hurriedShire(t, data))
}

// The past of a log in NATS elsewhere.
func TestThePastOfALogElsewhere(t *testing.T) {
	nats, err := bareServer(t.TempDir(), true)
	require.NoError(t, err)
	defer nats.Shutdown()
	data := t.TempDir()
	c, err := startHurried(t.Context(), data, 40, nats.ClientURL())
	require.NoError(t, err)
	defer c.Close()
	var live []map[string]any
	for i := range 40 {
		c.post(t, fmt.Sprint("e", i), "census", fmt.Sprintf(`{"place":"w4","census":[{"place":"w4/A%d","patient":"T/MR/%d"}]}`, 1+i%6, i))
		live = append(live, c.shown(t, ""))
	}
	require.Eventually(t, func() bool { return len(checkpointsIn(t, data)) > 0 }, 10*time.Second, time.Millisecond)
	for _, want := range live {
		require.Equal(t, want, c.shown(t, fmt.Sprintf("at=%.0f", want["seq"])))
		if at, ticked := want["at"].(string); ticked {
			require.Equal(t, at, c.shown(t, "at="+at)["at"])
		}
	}
}

// A moment between two ticks has all that was recorded by then, and nothing later.
func TestAMomentOfThePast(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	c.post(t, "c1", "census", `{"place":"w4","census":[]}`)
	c.post(t, "c2", "closed", `{"place":"w4/S1","reason":"staffing"}`)
	logged := c.shown(t, "")
	seq := uint64(logged["seq"].(float64))
	for s := uint64(1); s <= seq; s++ {
		e, err := c.events.Event(t.Context(), s)
		require.NoError(t, err)
		if e.Event.Recorded > c.view().At {
			break // beyond the last tick
		}
		last, err := c.events.Moment(t.Context(), e.Event.Recorded)
		require.NoError(t, err)
		got := c.shown(t, "at="+e.Event.Recorded.String())
		require.EqualValues(t, last, got["seq"])
		require.GreaterOrEqual(t, last, s)
	}
}

func TestMomentsOfWhichNothingIsKept(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	require.Eventually(t, func() bool { return c.view().At != 0 }, 20*time.Second, 10*time.Millisecond)
	for at, detail := range map[string]string{
		"2000-01-01T00:00:00Z":                "the log begins later, with event 1",
		"1000000":                             "the log has come to event ",
		c.view().At.Add(time.Minute).String(): "the centre's clock stands at 2",
	} {
		resp, err := http.Get("http://" + c.httpAddr + "/api/v1/feeds?at=" + at)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		require.NoError(t, err)
		assert.Equal(t, http.StatusNotFound, resp.StatusCode, at)
		assert.Contains(t, string(body), "urn:flowcentre:problem:not-kept", at)
		assert.Contains(t, string(body), detail, at)
	}
}

// One rebuild at a time, a few that wait, each for all who ask for the same; what nobody
// waits for any longer is there for the next.
func TestThePastTakesTurns(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	p := newPast(c.events, c.past.checkpoints, c.view)
	for seq := uint64(1); seq <= pastWaiting; seq++ {
		for range 2 {
			_, ok := p.ask(seq, nil)
			require.True(t, ok)
		}
	}
	_, err := p.View(t.Context(), dashboard.Moment{Seq: 5})
	require.ErrorIs(t, err, dashboard.ErrBusy)
	require.ErrorContains(t, err, "4 wait")

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx) }()
	var views []*flow.View
	for seq := uint64(1); seq <= 5; seq++ {
		v, err := p.View(t.Context(), dashboard.Moment{Seq: seq})
		require.NoError(t, err)
		require.Equal(t, seq, v.Seq)
		views = append(views, v)
	}
	again, err := p.View(t.Context(), dashboard.Moment{Seq: 3})
	require.NoError(t, err)
	require.Same(t, views[2], again, "it was not rebuilt")
	for seq := uint64(1); seq <= 2*pastKept; seq++ {
		c.post(t, fmt.Sprint("e", seq), "closed", `{"place":"w4/S1","reason":"staffing"}`)
		_, err := p.View(t.Context(), dashboard.Moment{Seq: seq})
		require.NoError(t, err)
	}
	require.Len(t, p.asked, pastKept)

	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
	_, err = p.View(t.Context(), dashboard.Moment{Seq: 3})
	require.ErrorIs(t, err, dashboard.ErrBusy)
	require.ErrorContains(t, err, "stopping")
}

// asCheckpointer, set in the environment to a data folder, makes the test binary a centre
// that takes one checkpoint after the other.
const asCheckpointer = "FLOWCENTRE_TEST_CHECKPOINTS_IN"

func checkpointAlways(data string) error {
	c, err := startHurried(context.Background(), data, 1, "")
	if err != nil {
		return err
	}
	return c.Wait(context.Background())
}

// TestKilledInACheckpoint: a centre that was killed while it wrote a checkpoint starts
// again, keeps no half of one, and knows its past.
func TestKilledInACheckpoint(t *testing.T) {
	data := t.TempDir()
	halves := func() []string {
		halves, err := filepath.Glob(filepath.Join(data, checkpointFolder, "next*"))
		require.NoError(t, err)
		return halves
	}
	inTheMidst := 0
	for range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), asCheckpointer+"="+data)
		cmd.Stderr = os.Stderr
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		require.Eventually(t, func() bool { return len(halves()) > 0 && len(checkpointsIn(t, data)) > 2 }, 20*time.Second, 50*time.Microsecond)
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		if len(halves()) > 0 {
			inTheMidst++
		}

		c := hurriedShire(t, data)
		require.Eventually(t, func() bool { return len(halves()) == 0 }, 20*time.Second, time.Millisecond, "the half that was left; the centre may be writing one of its own")
		last := c.view().Seq
		for _, seq := range []uint64{1, last / 2, last - 1, last} {
			scratch := flow.New("scratch")
			require.NoError(t, replayTo(t.Context(), c.events, scratch, seq))
			got := c.shown(t, fmt.Sprint("at=", seq))
			require.EqualValues(t, seq, got["seq"])
			require.Equal(t, scratch.Digest(), got["digest"])
		}
		require.NoError(t, c.Close())
	}
	require.Positive(t, inTheMidst, "the kills came in the midst of writing")
}
