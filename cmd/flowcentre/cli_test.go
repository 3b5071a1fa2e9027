package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// told is what a command said and how it ended.
type told struct {
	code     int
	out, err string
}

func tell(args ...string) told {
	var out, errs bytes.Buffer
	code := run(args, &out, &errs)
	return told{code, out.String(), errs.String()}
}

// Wrong use ends in 2, what could not be done in 1; both are told on stderr, and leave
// nothing on stdout for a pipe to take for data.
func TestCommandsUsedWrongly(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer held.Close()
	taken := held.Addr().String()
	t.Setenv("TMPDIR", t.TempDir())
	for line, want := range map[string]told{
		"nosuch":                                {code: 2, err: `there is no command "nosuch"`},
		"serve":                                 {code: 2, err: "serve --config FILE"},
		"serve --config none.yaml":              {code: 1, err: "none.yaml:1:1: the file cannot be read"},
		"serve --config testdata/words.bad.yml": {code: 1, err: "testdata/words.bad.yml:"},
		"publish":                               {code: 2, err: "publish FILE… --to URL"},
		"publish x.hl7":                         {code: 2, err: "publish FILE… --to URL"},
		"publish x.hl7 --to http://127.0.0.1:1": {code: 1, err: "x.hl7: no such file"},
		"publish testdata --to http://127.0.0.1:1":    {code: 1, err: "is a folder"},
		"publish cli_test.go --to 127.0.0.1:8080":     {code: 1, err: "is no address such as http://"},
		"publish cli_test.go --to ftp://127.0.0.1":    {code: 1, err: "only http, https and mllp"},
		"publish cli_test.go --to mllp://127.0.0.1:1": {code: 1, err: "connection refused"},
		"replay":                             {code: 2, err: "replay --data DIR"},
		"replay --data none":                 {code: 1, err: "has no store of a centre"},
		"replay --data none --verify --at 1": {code: 2, err: "replay --data DIR"},
		"health":                             {code: 2, err: "health URL"},
		"health http://127.0.0.1:1/livez":    {code: 1, err: "connection refused"},
		"demo extra":                         {code: 2, err: "demo [--data DIR]"},
		"demo --speed 0":                     {code: 2, err: "above 0 and up to 3600"},
		"demo --speed 3601":                  {code: 2, err: "above 0 and up to 3600"},
		"demo --speed NaN":                   {code: 2, err: "above 0 and up to 3600"},
		"demo --http 8080":                   {code: 1, err: "such as 127.0.0.1:8080"},
		"demo --http 0.0.0.0:8080":           {code: 1, err: "on this machine only"},
		"demo --mllp 127.0.0.1:x":            {code: 1, err: "is no port number"},
		"demo --mllp 127.0.0.1:0 --nats 127.0.0.1:0 --http " + taken:      {code: 1, err: "choose another address"},
		"demo --mllp " + taken + " --nats 127.0.0.1:0 --http 127.0.0.1:0": {code: 1, err: "choose another address"},
		"demo --mllp 127.0.0.1:0 --http 127.0.0.1:0 --nats " + taken:      {code: 1, err: "address already in use"},
	} {
		got := tell(strings.Fields(line)...)
		assert.Equal(t, want.code, got.code, "%s: %s", line, got.err)
		assert.Contains(t, got.err, want.err, line)
		if strings.HasPrefix(line, "publish cli") {
			continue // whose summary is told in any case once something was tried
		}
		assert.Empty(t, got.out, line)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	assert.Empty(t, left, "a demonstration that did not start leaves its folder behind")
}

// What was interrupted was not done: replay --verify must not seem to have found log and
// store equal.
func TestInterruptedIsNotDone(t *testing.T) {
	var errs bytes.Buffer
	assert.Equal(t, 1, failed(&errs, fmt.Errorf("replay: %w", context.Canceled)))
	assert.Contains(t, errs.String(), "interrupted")
	assert.Zero(t, failed(&errs, nil))
}

// A demonstration stops in order and quickly, goes on where it was, also after it was
// killed, and lets nobody else into its folder.
func TestDemonstrationGoesOn(t *testing.T) {
	data := filepath.Join(t.TempDir(), "county")
	args := []string{"demo", "--data", data, "--speed", "600", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--nats", "127.0.0.1:0"}

	c := startChild(t, args...)
	ready := func() bool {
		_, err := os.Stat(filepath.Join(data, "county.json"))
		return err == nil
	}
	require.Eventually(t, ready, 15*time.Second, 50*time.Millisecond)
	again := tell(args...)
	assert.Equal(t, 1, again.code)
	assert.Contains(t, again.err, "another centre runs in folder "+data)
	replay := tell("replay", "--data", data, "--verify")
	assert.Equal(t, 1, replay.code)
	assert.Contains(t, replay.err, "stop it")
	began := time.Now()
	c.stop(t)
	assert.Less(t, time.Since(began), 5*time.Second)
	verifyReplay(t, data)
	before := censusOf(t, data)
	require.NotEmpty(t, before)

	c = startChild(t, args...)
	c.kill(t)
	verifyReplay(t, data)
	c = startChild(t, args...)
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, c.cmd.Wait(), c.errs.String())
	verifyReplay(t, data)
	require.GreaterOrEqual(t, len(censusOf(t, data)), len(before)/2)

	assert.Contains(t, tell(append(args, "--seed", "2")...).err, "add --seed 1")
	saved := filepath.Join(data, "county.json")
	kept, err := os.ReadFile(saved)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(saved, bytes.Replace(kept, []byte(`"version"`), []byte(`"was"`), 1), 0o600))
	old := tell(args...)
	assert.Equal(t, 1, old.code)
	assert.Contains(t, old.err, "another version of flowcentre")
	require.NoError(t, os.WriteFile(saved, kept, 0o600))
	config, err := os.ReadFile("testdata/ward.yaml")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ward.yaml")
	require.NoError(t, os.WriteFile(file, bytes.Replace(config, []byte("data: data"), []byte("data: "+data), 1), 0o600))
	served := tell("serve", "--config", file)
	assert.Equal(t, 1, served.code)
	assert.Contains(t, served.err, "holds the demonstration's county")
}

// The demonstration writes no invented patient into the log of a real system.
func TestDemonstrationKeepsOffARealSystem(t *testing.T) {
	data := t.TempDir()
	require.NoError(t, shire(t, data, "127.0.0.1:0").Close())
	got := tell("demo", "--data", data, "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--nats", "127.0.0.1:0")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.err, `holds another system, "shire"`)
}

// A store that is ahead of its log, as after a log was restored from an older copy, is
// told at once.
func TestReplayOfALogThatIsBehind(t *testing.T) {
	data, older := t.TempDir(), t.TempDir()
	c := shire(t, data, "127.0.0.1:0")
	require.NoError(t, c.Close())
	require.NoError(t, os.CopyFS(older, os.DirFS(filepath.Join(data, logFolder))))
	c = shire(t, data, "127.0.0.1:0")
	c.post(t, "b1", "closed", `{"place":"w4/A6","reason":"estates"}`)
	require.Eventually(t, func() bool { return c.view().Feeds[1].Logged == 1 }, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, c.Close())
	verifyReplay(t, data)

	require.NoError(t, os.RemoveAll(filepath.Join(data, logFolder)))
	require.NoError(t, os.CopyFS(filepath.Join(data, logFolder), os.DirFS(older)))
	got := tell("replay", "--data", data, "--verify")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.err, "the log is older than the store")

	require.NoError(t, os.RemoveAll(filepath.Join(data, logFolder)))
	got = tell("replay", "--data", data, "--verify")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.err, "has no log of a centre")
	assert.NoDirExists(t, filepath.Join(data, logFolder), "replay makes no log where there is none")
}

// publish counts every line and every message by itself: what is broken among them is
// told by its place, and the rest arrives.
func TestPublishWithFaults(t *testing.T) {
	c := hurried(t)
	dir := t.TempDir()
	write := func(name string, lines ...string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
		return file
	}
	sound := event(c)
	events := write("beds.ndjson", "\ufeff"+sound, "", event(c, "e1", "e2"), `{"specversion":"1.0"`, `"id":"e3"}`, "},{", event(c, "e1", "e4", "staffing", "in words"), sound)
	got := tell("publish", events, write("empty"), "--to", "http://"+c.httpAddr)
	assert.Equal(t, 1, got.code)
	assert.Equal(t, "7 read, 2 logged, 1 duplicates, 0 without effect here, 4 refused", strings.Split(got.out, "\n")[0], got.err)
	assert.Contains(t, got.err, "message 3 refused: Not readable: line 4 is not one whole JSON value")
	assert.Contains(t, got.err, "message 6 refused: Event not valid: data.reason")
	assert.Contains(t, got.err, "empty is empty")

	assert.Contains(t, tell("publish", events, "--to", "http://"+c.httpAddr, "--from", "7").out, "7 read, 0 logged, 1 duplicates")
	got = tell("publish", events, "--to", "http://"+c.httpAddr, "--from", "99")
	assert.Zero(t, got.code)
	assert.NotContains(t, got.err, "a second")

	admitted := string(admission(c, "5", "W4^Bay A^A5^GEN"))
	messages := write("pas.hl7", admitted, strings.Replace(admitted, "DOE", "D\x1cE", 1), strings.Replace(admitted, "PV1|", "ZV1|", 1))
	got = tell("publish", messages, "--to", "mllp://"+c.mllpAddrs["pas"])
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.out, "3 read, 1 accepted, 0 duplicates, 0 without effect here, 2 refused\n")
	assert.Contains(t, got.err, "message 2 refused: Not sent: it holds a framing byte")
	assert.Contains(t, got.err, "message 3 refused: AE A01 needs a PV1 segment")
	got = tell("publish", messages, "--to", "http://"+c.httpAddr)
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.err, "say with --feed")
	assert.Contains(t, tell("publish", events, "--to", "mllp://"+c.mllpAddrs["pas"]).err, "use --to http://")
}

// A list is sent whole, and what is wrong with its rows is told by line.
func TestPublishAList(t *testing.T) {
	config, faults := LoadConfig("testdata/ward.yaml")
	require.Empty(t, faults)
	config.Data = t.TempDir()
	c, err := startCentre(t.Context(), centreOptions{Config: config, Logger: slog.New(slog.DiscardHandler), Speed: 1, Start: capacity.At(time.Date(2027, time.July, 1, 12, 0, 0, 0, time.UTC))})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	file := filepath.Join(t.TempDir(), "ed.csv")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	publish := func(more ...string) told {
		return tell(append([]string{"publish", file, "--to", "http://" + c.httpAddr}, more...)...)
	}
	local := c.clock.Now().Time().Add(-time.Hour).Format("2006-01-02 15:04") // pas writes its times in UTC, where Shire has summer time
	const head = "visit,arrived,area\n"
	write(head + "1," + local + ",majors\n2,soon,majors\n3," + local + ",\n")
	got := publish("--feed", "pas", "--place", "general-ae")
	assert.Equal(t, 1, got.code)
	assert.Equal(t, "3 read, 2 logged, 0 duplicates, 0 without effect here, 1 refused", strings.Split(got.out, "\n")[0], got.err)
	assert.Contains(t, got.err, "line 3 refused: arrived is not a time. Write 20")
	e, err := c.events.Latest(t.Context(), "log.pas.ae")
	require.NoError(t, err)
	assert.Len(t, e.Data.List, 2)
	assert.Equal(t, local, e.Data.List[0].Arrived.Time().Format("2006-01-02 15:04"))
	assert.Equal(t, "general-ae/majors", e.Data.List[0].Place)

	write(head + "1," + local + ",\n")
	asAt := c.clock.Now().Add(-time.Minute).String()
	assert.Contains(t, publish("--feed", "pas", "--place", "general-ae", "--as-at", asAt).out, "1 read, 1 logged")
	e, err = c.events.Latest(t.Context(), "log.pas.ae")
	require.NoError(t, err)
	assert.Equal(t, asAt, e.Happened.String())
	got = publish("--feed", "pas", "--place", "general-ae", "--as-at", asAt)
	assert.Zero(t, got.code, got.err)
	assert.Contains(t, got.out, "1 read, 0 logged, 1 duplicates")

	write(head + "1," + local + ",\n2,20")
	got = publish("--feed", "pas", "--place", "general-ae")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.err, "seems cut off")
	write(head + "1,soon,\n")
	got = publish("--feed", "pas", "--place", "general-ae")
	assert.Equal(t, 1, got.code)
	assert.Contains(t, got.err, "line 2 refused: arrived is not a time")
	assert.Contains(t, got.out, "1 refused")
	write("[]")
	got = publish("--feed", "pas", "--place", "general-ae")
	assert.Zero(t, got.code, got.err)
	assert.Contains(t, got.out, "0 read, 0 logged")

	assert.Contains(t, publish("--place", "general-ae").err, "No such feed")
	assert.Contains(t, publish("--feed", "pas").err, "say with --place")
	assert.Contains(t, tell("publish", file, "--place", "general-ae", "--to", "mllp://"+c.mllpAddrs["pas"]).err, "use --to http://")
	assert.Equal(t, 2, publish("--as-at", asAt).code)
	assert.Equal(t, 2, publish(file, "--feed", "pas", "--place", "general-ae").code, "one list is of one department")
}

// A message that asks for no answer does not hold up the rest.
func TestPublishOfMessagesThatAskForNoAnswer(t *testing.T) {
	c := shire(t, t.TempDir(), "127.0.0.1:0") // answers as it is asked
	silent := strings.Replace(string(admission(c, "6", "W4^Bay A^A6^GEN")), "|P|2.4", "|P|2.4|||NE|NE", 1)
	file := filepath.Join(t.TempDir(), "pas.hl7")
	require.NoError(t, os.WriteFile(file, []byte(silent+"\n"+string(admission(c, "5", "W4^Bay A^A5^GEN"))), 0o600))
	got := tell("publish", file, "--to", "mllp://"+c.mllpAddrs["pas"])
	assert.Zero(t, got.code, got.err)
	assert.Contains(t, got.out, "2 read, 1 accepted, 0 duplicates, 0 without effect here, 0 refused\n1 asked for no answer")
	require.Eventually(t, func() bool { return c.view().Feeds[0].Logged == 2 }, 5*time.Second, 10*time.Millisecond)
}

// While the centre takes some messages and not others, publish waits before it sends
// these again, and says that it does.
func TestPublishIsPatient(t *testing.T) {
	var asked atomic.Int32
	var first, second time.Time
	centre := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if asked.Add(1) == 1 {
			first = time.Now()
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write([]byte(`{"results":[{"id":"a","seq":1},{"id":"b","error":{"status":429}}]}`))
			return
		}
		second = time.Now()
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"results":[{"id":"b","seq":2}]}`))
	}))
	defer centre.Close()
	file := filepath.Join(t.TempDir(), "two.ndjson")
	require.NoError(t, os.WriteFile(file, []byte("{}\n{}\n"), 0o600))
	got := tell("publish", file, "--to", centre.URL)
	assert.Zero(t, got.code, got.err)
	assert.EqualValues(t, 2, asked.Load())
	assert.GreaterOrEqual(t, second.Sub(first), time.Second)
	assert.Contains(t, got.err, "trying again in 1s")
	assert.Contains(t, got.out, "2 read, 2 logged")
}
