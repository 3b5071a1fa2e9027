package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// alertPath is a real Prometheus and Alertmanager beside a centre, with the shipped rules and
// routes. Every duration in them is a sixtieth: a minute is a second.
type alertPath struct {
	*testing.T
	centre                   *centre
	folder                   string
	phones                   *phones
	prometheus, alertmanager *program
}

// phones take what Alertmanager sends, by the address it is sent to.
type phones struct {
	server *httptest.Server
	mu     sync.Mutex
	rung   map[string][]call
}

// call is one message of Alertmanager.
type call struct {
	Status string
	Alerts []struct {
		Status              string
		Labels, Annotations map[string]string
		Fingerprint         string
		StartsAt            time.Time
	}
}

// line is the first alert's line, as a lock screen shows it.
func (c call) line() string { return c.Alerts[0].Annotations["line"] }

func newPhones(t *testing.T) *phones {
	p := &phones{rung: map[string][]call{}}
	p.server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var c call
		if json.NewDecoder(r.Body).Decode(&c) == nil && len(c.Alerts) > 0 {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.rung[r.URL.Path] = append(p.rung[r.URL.Path], c)
		}
	}))
	t.Cleanup(p.server.Close)
	return p
}

// of are the messages that one of them got so far and that fire.
func (p *phones) of(path string) (firing []call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.rung[path] {
		if c.Status == "firing" {
			firing = append(firing, c)
		}
	}
	return firing
}

// program is one that can be stopped and started anew.
type program struct {
	path string
	args []string
	addr string
	stop func()
}

func (p *program) start(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background()) // stopped by a cleanup, after what explains a failure
	command := exec.CommandContext(ctx, p.path, p.args...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	require.NoError(t, command.Start())
	done := make(chan struct{})
	go func() { _ = command.Wait(); close(done) }()
	p.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(p.stop)
	require.Eventually(t, func() bool {
		resp, err := http.Get("http://" + p.addr + "/-/ready")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond, "%s is not ready", p.path)
}

var (
	aDuration = regexp.MustCompile(`(group_wait|group_interval|repeat_interval|for|keep_firing_for): (\d+)([smh])`)
	unitOf    = map[string]int{"s": 1, "m": 60, "h": 3600}
)

// inSixtieths is a configuration with its durations divided by 60.
func inSixtieths(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return aDuration.ReplaceAllStringFunc(string(text), func(s string) string {
		part := aDuration.FindStringSubmatch(s)
		n := 0
		_, err := fmt.Sscan(part[2], &n)
		require.NoError(t, err)
		return fmt.Sprintf("%s: %dms", part[1], n*unitOf[part[3]]*1000/60)
	})
}

func newAlertPath(t *testing.T, c *centre) *alertPath {
	t.Helper()
	prometheus, alertmanager := tool(t, "prometheus"), tool(t, "prometheus-alertmanager")
	p := &alertPath{T: t, centre: c, folder: t.TempDir(), phones: newPhones(t)}
	write := func(name, text string) string {
		file := filepath.Join(p.folder, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	p.alertmanager, p.prometheus = &program{path: alertmanager, addr: freePort(t)}, &program{path: prometheus, addr: freePort(t)}
	template, err := os.ReadFile("../../configs/alertmanager/flow.tmpl")
	require.NoError(t, err)
	write("flow.tmpl", string(template))
	routes := write("alertmanager.yml", strings.NewReplacer("http://127.0.0.1:9099", p.phones.server.URL, "127.0.0.1:8080", c.httpAddr).Replace(inSixtieths(t, alertmanagerFile)))
	write("flow.rules.yml", prometheusRules(theConditions(t), 60))
	write("service.rules.yml", inSixtieths(t, filepath.Join(rulesFolder, "service.rules.yml")))
	scrape, err := os.ReadFile(filepath.Join(rulesFolder, "prometheus.yml"))
	require.NoError(t, err)
	settings := write("prometheus.yml", strings.NewReplacer("15s", "250ms", "127.0.0.1:8080", c.httpAddr, "127.0.0.1:9093", p.alertmanager.addr).Replace(string(scrape)))
	p.alertmanager.args = []string{"--config.file=" + routes, "--storage.path=" + filepath.Join(p.folder, "am"), "--web.listen-address=" + p.alertmanager.addr, "--cluster.listen-address="}
	p.prometheus.args = []string{"--config.file=" + settings, "--storage.tsdb.path=" + filepath.Join(p.folder, "data"), "--web.listen-address=" + p.prometheus.addr, "--rules.alert.resend-delay=1s"}
	p.alertmanager.start(t)
	p.prometheus.start(t)
	t.Cleanup(p.explain)
	return p
}

// explain tells of a test that failed what Prometheus and the phones had.
func (p *alertPath) explain() {
	if !p.Failed() {
		return
	}
	resp, err := http.Get("http://" + p.prometheus.addr + "/api/v1/alerts")
	if err == nil {
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		p.Logf("Prometheus: %s", body)
	}
	p.phones.mu.Lock()
	defer p.phones.mu.Unlock()
	for path, all := range p.phones.rung {
		for _, c := range all {
			p.Logf("%s: %s %v", path, c.Status, c.names())
		}
	}
}

// rings waits until an address has had so many messages that fire, and gives the last.
func (p *alertPath) rings(path string, n int, why string) call {
	p.Helper()
	require.Eventually(p, func() bool { return len(p.phones.of(path)) >= n }, 40*time.Second, 50*time.Millisecond, "%s: %s", path, why)
	all := p.phones.of(path)
	return all[n-1]
}

// seen waits until Prometheus has scraped the centre and looked at its rules since the centre's
// clock came to that time: what has not fired then does not.
func (p *alertPath) seen(at capacity.Instant) {
	p.Helper()
	for range 3 {
		asked := time.Now()
		require.Eventually(p, func() bool {
			if p.query("flowcentre_clock_timestamp_seconds") < float64(at)/1000-0.5 {
				return false
			}
			return p.evaluated().After(asked)
		}, 30*time.Second, 50*time.Millisecond)
	}
}

// query is the value of an expression, 0 without any.
func (p *alertPath) query(expression string) float64 {
	var answer struct {
		Data struct{ Result []struct{ Value []any } }
	}
	p.get(p.prometheus, "/api/v1/query?query="+expression, &answer)
	if len(answer.Data.Result) == 0 {
		return 0
	}
	value := 0.0
	_, err := fmt.Sscan(answer.Data.Result[0].Value[1].(string), &value)
	require.NoError(p, err)
	return value
}

// evaluated is when the rules of flow were last looked at.
func (p *alertPath) evaluated() time.Time {
	var answer struct {
		Data struct {
			Groups []struct {
				Name           string
				LastEvaluation time.Time
			}
		}
	}
	p.get(p.prometheus, "/api/v1/rules", &answer)
	for _, g := range answer.Data.Groups {
		if g.Name == "flowcentre-flow" {
			return g.LastEvaluation
		}
	}
	return time.Time{}
}

func (p *alertPath) get(from *program, path string, into any) {
	p.Helper()
	resp, err := http.Get("http://" + from.addr + path)
	require.NoError(p, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(p, err)
	require.NoError(p, json.Unmarshal(body, into), "%s", body)
}

// heldBack says whether Alertmanager holds an alert back because of another.
func (p *alertPath) heldBack(name string) bool {
	var all []struct {
		Labels map[string]string
		Status struct{ State string }
	}
	p.get(p.alertmanager, "/api/v2/alerts", &all)
	for _, a := range all {
		if a.Labels["alertname"] == name {
			return a.Status.State == "suppressed"
		}
	}
	return false
}

// names are those of a message's alerts, sorted.
func (c call) names() (all []string) {
	for _, a := range c.Alerts {
		all = append(all, a.Labels["alertname"])
	}
	slices.Sort(all)
	return all
}
