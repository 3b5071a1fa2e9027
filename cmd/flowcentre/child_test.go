package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// asProgram, set in the environment, makes the test binary the program itself, so that
// a test can kill it.
const asProgram = "FLOWCENTRE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	if os.Getenv(asNATS) != "" {
		os.Exit(natsCommand(os.Args[1:]))
	}
	if data := os.Getenv(asCheckpointer); data != "" {
		os.Exit(failed(os.Stderr, checkpointAlways(data)))
	}
	os.Exit(m.Run())
}

// child is the program in a process of its own.
type child struct {
	cmd  *exec.Cmd
	out  *bufio.Scanner
	wall string // http://host:port
	mllp string // host:port of the first listener
	errs strings.Builder
}

var (
	wallLine = regexp.MustCompile(`wall +(http://\S+)`)
	mllpLine = regexp.MustCompile(`mllp://(\S+)`)
	doneLine = regexp.MustCompile(`Ctrl-C`)
)

// startChild runs the program and returns when it says that it is up.
func startChild(t *testing.T, args ...string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(os.Args[0], args...)}
	c.cmd.Env = append(os.Environ(), asProgram+"=1")
	c.cmd.Stderr = &c.errs
	out, err := c.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.cmd.Start())
	t.Cleanup(func() { _ = c.cmd.Process.Kill() })
	for c.out = bufio.NewScanner(out); c.out.Scan(); {
		line := c.out.Text()
		if m := wallLine.FindStringSubmatch(line); m != nil {
			c.wall = m[1]
		}
		if m := mllpLine.FindStringSubmatch(line); m != nil && c.mllp == "" {
			c.mllp = m[1]
		}
		if doneLine.MatchString(line) {
			return c
		}
	}
	_ = c.cmd.Wait()
	require.Fail(t, "the program did not come up", c.errs.String())
	return nil
}

// kill ends the program without notice.
func (c *child) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Kill())
	_ = c.cmd.Wait()
}

// stop interrupts the program and waits for its orderly end.
func (c *child) stop(t *testing.T) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Signal(os.Interrupt))
	ended := make(chan error, 1)
	go func() { ended <- c.cmd.Wait() }()
	select {
	case err := <-ended:
		require.NoError(t, err, c.errs.String())
	case <-time.After(20 * time.Second):
		_ = c.cmd.Process.Signal(syscall.SIGQUIT)
		<-ended
		require.Fail(t, "the program did not stop", c.errs.String())
	}
}

// configIn writes a configuration of testdata whose data folder is in dir.
func configIn(t *testing.T, name, dir string) (file, data string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	file, data = filepath.Join(dir, name), filepath.Join(dir, "data")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file, data
}

// freePort is an address on this machine that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return fmt.Sprint(l.Addr())
}

// eachFile hands over every file under a folder.
func eachFile(folder string, do func(name string, content []byte)) error {
	return filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil {
			do(path, content)
		}
		return err
	})
}
