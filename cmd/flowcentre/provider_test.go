package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/streams"
)

// said is an answer to a provider or to the desk: what was asked for, or the problem.
type said struct {
	ID, Address, Unit, Type, Detail, Code, Next, Field, Outcome string
	Seq                                                         uint64
	Undo                                                        *streams.UndoState
	Places                                                      json.RawMessage // slots; of a problem what stands
	Links                                                       []struct{ ID, Unit, Until, Revoked string }
}

// ask sends one request with a JSON body, or without.
func (c *centre) ask(t *testing.T, method, path, body string, headers ...string) (int, said, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.httpAddr+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var answer said
	if strings.HasSuffix(resp.Header.Get("Content-Type"), "json") {
		require.NoError(t, json.Unmarshal(text, &answer), string(text))
	}
	return resp.StatusCode, answer, resp.Header
}

// TestALinksTokenIsToldOnce: the desk is given the address; neither the log, nor the store,
// nor any answer has the token again.
func TestALinksTokenIsToldOnce(t *testing.T) {
	data := t.TempDir()
	c := shire(t, data, "127.0.0.1:0")
	status, link, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`)
	require.Equal(t, http.StatusCreated, status, link.Detail)
	token := strings.TrimPrefix(link.Address, "/places/")
	require.Len(t, token, 32)

	status, all, _ := c.ask(t, "GET", "/api/v1/links", "")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, all.Links, 1)
	assert.Equal(t, link.ID, all.Links[0].ID)

	status, again, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"w9","role":"coordinator"}`)
	assert.Equal(t, http.StatusConflict, status)
	assert.Equal(t, "place", again.Code)
	status, _, _ = c.ask(t, "POST", "/api/v1/links", `{"unit":"w4"}`)
	assert.Equal(t, http.StatusUnprocessableEntity, status, "in which role?")
	status, _, _ = c.ask(t, "POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`, "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, status)

	status, gone, header := c.ask(t, "GET", "/places/"+token, "")
	require.Equal(t, http.StatusOK, status, gone.Detail)
	assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"))
	assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")

	require.NoError(t, c.Close())
	require.NoError(t, filepath.WalkDir(data, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		assert.False(t, bytes.Contains(content, []byte(token)), path)
		return err
	}))
}

// TestLinksNeedTheDesksToken: whoever has not the desk's token issues and sees no links.
func TestLinksNeedTheDesksToken(t *testing.T) {
	const desk = "0123456789abcdef0123"
	file := filepath.Join(t.TempDir(), "desk.token")
	require.NoError(t, os.WriteFile(file, []byte(desk+"\n"), 0o600))
	config, faults := LoadConfig("testdata/ward.yaml")
	require.Empty(t, faults)
	config.Data, config.Desk.TokenFile = t.TempDir(), file
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	for _, token := range []string{"", "Bearer wrong"} {
		for _, of := range [][3]string{{"POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`}, {"GET", "/api/v1/links", ""}, {"POST", "/api/v1/links/abc/revoke", `{"role":"coordinator"}`}} {
			status, _, _ := c.ask(t, of[0], of[1], of[2], "Authorization", token)
			assert.Equal(t, http.StatusUnauthorized, status, of)
		}
	}
	status, _, _ := c.ask(t, "POST", "/api/v1/links", `{"unit":"w4","role":"coordinator"}`, "Authorization", "Bearer "+desk)
	assert.Equal(t, http.StatusCreated, status)
}
