package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams"
)

// deskAnswer is the answer to one decision: what became of it, or the problem.
type deskAnswer struct {
	Seq                   uint64
	Outcome, Code, Detail string
}

func (c *centre) decide(t *testing.T, token, body string) (int, deskAnswer) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.httpAddr+"/api/v1/decisions", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var a deskAnswer
	require.NoError(t, json.Unmarshal(text, &a), string(text))
	return resp.StatusCode, a
}

func (c *centre) stateOf(unit, bed string) capacity.BedState {
	for _, u := range c.view().Units {
		for _, p := range u.Places {
			if u.ID == unit && p.ID == bed {
				return p.State
			}
		}
	}
	return ""
}

// The answer to a decision comes when its effect can be seen, for any unit, whichever
// feeds speak for it.
func TestADecisionIsAnsweredWhenItHasEffect(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0")
	const closed = `{"id":"1","type":"flowcentre.bed.closed.v1","data":{"place":"w4/A1","reason":"infection_control","role":"coordinator","account":"desk-1"}}`
	status, a := c.decide(t, "", closed)
	require.Equal(t, http.StatusAccepted, status, a.Detail)
	assert.Equal(t, "in effect", a.Outcome)
	assert.Equal(t, capacity.Closed, c.stateOf("w4", "A1"))
	assert.GreaterOrEqual(t, c.view().Seq, a.Seq)

	resp, err := http.Get(fmt.Sprintf("http://%s/api/v1/events/%d", c.httpAddr, a.Seq))
	require.NoError(t, err)
	defer resp.Body.Close()
	var shown streams.Shown
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&shown))
	assert.Equal(t, "flowcentre.bed.closed.v1", shown.Type)
	assert.Equal(t, "desk", shown.Feed)

	status, again := c.decide(t, "", closed)
	assert.Equal(t, http.StatusAccepted, status)
	assert.Equal(t, a.Seq, again.Seq)

	status, a = c.decide(t, "", `{"id":"2","type":"flowcentre.bed.closed.v1","data":{"place":"w9","reason":"staffing","role":"coordinator"}}`)
	assert.Equal(t, http.StatusConflict, status)
	assert.Equal(t, "unknown_place", a.Code)
	assert.NotZero(t, a.Seq)
}

func TestTheDeskHasAToken(t *testing.T) {
	file := filepath.Join(t.TempDir(), "desk.token")
	require.NoError(t, os.WriteFile(file, []byte("short\n"), 0o600))
	config, faults := LoadConfig("testdata/ward.yaml")
	require.Empty(t, faults)
	config.Data, config.Desk.TokenFile = t.TempDir(), file
	_, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.ErrorContains(t, err, "token of the desk")

	const token = "0123456789abcdef0123"
	require.NoError(t, os.WriteFile(file, []byte(token+"\n"), 0o600))
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	const opened = `{"id":"1","type":"flowcentre.bed.opened.v1","data":{"place":"w4/A1","role":"coordinator"}}`
	status, _ := c.decide(t, "", opened)
	assert.Equal(t, http.StatusUnauthorized, status)
	status, _ = c.decide(t, token, opened)
	assert.Equal(t, http.StatusAccepted, status)
}
