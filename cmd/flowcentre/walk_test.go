package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reader is somebody who does what a page says, in an empty folder: runs each block of
// shell in its order, starts the centre where the page does, and compares what a block
// prints with the text that the page shows after it.
type reader struct {
	folder string
	ports  *strings.Replacer // of the page, to such as are free
	env    []string
	centre *exec.Cmd
}

// newReader has the program, and nats where it is not installed, on the path.
func newReader(t *testing.T) *reader {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed: apt-get install curl")
	}
	bin := t.TempDir()
	install := func(name, as string) {
		script := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", as, os.Args[0])
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700))
	}
	install("flowcentre", asProgram)
	if _, err := exec.LookPath("nats"); err != nil {
		install("nats", asNATS)
	}
	r := &reader{folder: t.TempDir(), env: append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))}
	r.ports = strings.NewReplacer(defaultHTTP, freePort(t), defaultNATS, freePort(t), defaultMLLP, freePort(t))
	t.Cleanup(func() { r.stop(t) })
	return r
}

// block is a fenced part of a page.
var block = regexp.MustCompile("(?ms)^( *)```([a-z]*)\n(.*?)^ *```$")

// follow does what a page says.
func (r *reader) follow(t *testing.T, page string) {
	t.Helper()
	blocks := block.FindAllStringSubmatch(page, -1)
	ran := 0
	for i, b := range blocks {
		if b[2] != "sh" {
			continue
		}
		ran++
		script, want := r.shown(b), ""
		if i+1 < len(blocks) && blocks[i+1][2] == "text" {
			want = r.shown(blocks[i+1])
		}
		if serving.MatchString(script) {
			r.start(t, script)
			continue
		}
		r.does(t, script, want)
	}
	require.NotZero(t, ran, "the page has nothing to run")
}

// shown is a block as a browser shows it, without the indent of a list, and with the
// addresses of this reader.
func (r *reader) shown(block []string) string {
	return r.ports.Replace(strings.ReplaceAll("\n"+block[3], "\n"+block[1], "\n")[1:])
}

var serving = regexp.MustCompile(`(?m)^ *(\./)?flowcentre (serve|demo)`)

// start does a block whose last line starts the centre, and waits until it is up.
func (r *reader) start(t *testing.T, script string) {
	t.Helper()
	r.stop(t)
	at := serving.FindStringIndex(script)
	r.centre = r.command(context.WithoutCancel(t.Context()), script[:at[0]]+"exec "+strings.TrimLeft(script[at[0]:], " "))
	out, err := r.centre.StdoutPipe()
	require.NoError(t, err)
	var printed, complained bytes.Buffer
	r.centre.Stderr = &complained
	require.NoError(t, r.centre.Start())
	lines := bufio.NewScanner(io.TeeReader(out, &printed))
	for lines.Scan() {
		if doneLine.MatchString(lines.Text()) {
			return
		}
	}
	_ = r.centre.Wait()
	r.centre = nil
	require.Fail(t, "the centre did not come up", "%s\n%s%s", script, printed.String(), complained.String())
}

// stop ends the centre, as Ctrl-C does.
func (r *reader) stop(t *testing.T) {
	t.Helper()
	if r.centre == nil {
		return
	}
	assert.NoError(t, r.centre.Process.Signal(os.Interrupt))
	assert.NoError(t, r.centre.Wait())
	r.centre = nil
}

// does runs a block. One that only reads is run again until it prints what the page
// shows, as a reader would look again.
func (r *reader) does(t *testing.T, script, want string) {
	t.Helper()
	reads := !strings.Contains(script, " -d ") && !strings.Contains(script, "--data") && !strings.Contains(script, "publish")
	for until := time.Now().Add(20 * time.Second); ; {
		block := r.command(t.Context(), script)
		var errs strings.Builder
		block.Stderr = &errs
		out, err := block.Output()
		if err == nil && (want == "" || pattern(want).Match(append(out, '\n'))) {
			return
		}
		if !reads || time.Now().After(until) {
			require.Fail(t, "a block of the page does not do what the page says", "%s\nprinted (%v)\n%s%s\nthe page shows\n%s", script, err, out, errs.String(), want)
		}
	}
}

func (r *reader) command(ctx context.Context, script string) *exec.Cmd {
	c := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	c.Dir, c.Env = r.folder, r.env
	return c
}

// pattern is what a page shows of an output: … stands for anything in a line, and alone
// for any lines.
func pattern(shown string) *regexp.Regexp {
	p := regexp.QuoteMeta(strings.TrimSpace(shown)) + "\n"
	p = regexp.MustCompile(`(?m)^…\n`).ReplaceAllLiteralString(p, `(?:.*\n)*?`)
	return regexp.MustCompile(`^\s*` + strings.ReplaceAll(p, "…", ".*") + `\s*$`)
}

// asNATS, set in the environment, makes the test binary a small nats command: what of it
// the documents use, for machines where it is not installed.
const asNATS = "FLOWCENTRE_TEST_AS_NATS"

func natsCommand(args []string) int {
	var options []nats.Option
	url, user, password := nats.DefaultURL, "", ""
	for len(args) > 1 {
		switch args[0] {
		case "-s":
			url = args[1]
		case "--user":
			user = args[1]
		case "--password":
			password = args[1]
		case "--inbox-prefix":
			options = append(options, nats.CustomInboxPrefix(args[1]))
		case "pub", "req":
			if user != "" {
				options = append(options, nats.UserInfo(user, password))
			}
			if err := say(url, options, args); err != nil {
				fmt.Fprintln(os.Stderr, "nats: error:", err)
				return 1
			}
			return 0
		}
		args = args[2:]
	}
	return 2
}

// say publishes, and for req prints the answer.
func say(url string, options []nats.Option, args []string) error {
	conn, err := nats.Connect(url, options...)
	if err != nil {
		return err
	}
	defer conn.Close()
	if args[0] == "pub" {
		if err := conn.Publish(args[1], []byte(args[2])); err != nil {
			return err
		}
		return conn.FlushTimeout(5 * time.Second)
	}
	answer, err := conn.Request(args[1], []byte(args[2]), 5*time.Second)
	if err == nil {
		fmt.Println(string(answer.Data))
	}
	return err
}

// TestThePagesWork follows docs/connect.md from its text alone; TestWeekOne does the same
// with docs/week-one.md.
func TestThePagesWork(t *testing.T) {
	newReader(t).follow(t, readDocs(t, "connect.md"))
}

// TestTheReadmeConnectsAHospital follows the README's part on connecting, in a copy of the
// repository as somebody who cloned it has it.
func TestTheReadmeConnectsAHospital(t *testing.T) {
	looksOnly(t)
	r := newReader(t)
	for _, name := range strings.Fields(sources(t)) {
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		to := filepath.Join(r.folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o700))
		if strings.HasPrefix(name, "configs/") {
			text = []byte(r.ports.Replace(string(text)))
		}
		require.NoError(t, os.WriteFile(to, text, 0o600))
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, part, found := strings.Cut(string(text), "\n## Connect a hospital\n")
	require.True(t, found)
	part, _, _ = strings.Cut(part, "\n## ")
	r.follow(t, part)
}

// sources are the files that the program is built of.
func sources(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "--", "go.mod", "go.sum", "*.go", "cmd/flowcentre/sheet.html", "configs", "dashboard/web").Output()
	require.NoError(t, err)
	return string(out)
}
