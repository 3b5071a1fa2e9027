package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

const benchUsage = `flowcentre bench: measure this machine

  flowcentre bench [--quick] [--json]

Measures the whole way of an event, from the door to the wall, and each part beside what
bounds it on this machine: the log alone, one fsync, a bare write loop. Figures are ratios
inside one run, medians of at least five rounds that alternate between the cases, with
the least and the greatest. Everything is made up, stays on this machine's loopback and
in a temporary folder, and is removed at the end. --quick takes less than a minute; the
whole a few minutes and some gigabytes of room. docs/performance.md explains the figures.

  flowcentre bench --quick
  flowcentre bench --json > figures.json
`

// benchCommand is flowcentre bench.
func benchCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("bench", benchUsage, stderr)
	quick := flags.Bool("quick", false, "fewer events")
	asJSON := flags.Bool("json", false, "print one JSON object")
	part := flags.String("part", "", "") // what bench starts as a process of its own
	data := flags.String("data", "", "")
	beds := flags.Int("beds", 0, "")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if flags.NArg() > 0 {
		fmt.Fprint(stderr, benchUsage)
		return 2
	}
	if *part != "" {
		return failed(stderr, benchPart(ctx, *part, *data, *beds, os.Stdin, stdout))
	}
	sizes := fullSizes
	if *quick {
		sizes = quickSizes
	}
	report, err := runBench(ctx, sizes, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	if *asJSON {
		return failed(stderr, report.writeJSON(stdout))
	}
	return failed(stderr, report.writeTable(stdout))
}

// benchSizes is how much is measured.
type benchSizes struct {
	Rounds  int
	Replay  int           // events
	Singles int           // events posted one by one, a round
	Bulks   int           // posts of 1,000, a round
	Async   int           // events published without waiting for the disk, a round
	Live    time.Duration // at either rate, a round
	Sockets int
	Deltas  int // a round and case
	History int // events; ten times as many are compared with them
	Few     int // beds
	Many    int // beds
	Applied int // events at either number of beds, a round
}

var (
	fullSizes = benchSizes{
		Rounds: 5, Replay: 200_000, Singles: 500, Bulks: 10, Async: 40_000, Live: 2 * time.Second, Sockets: 1000, Deltas: 20,
		History: 100_000, Few: 1_000, Many: 100_000, Applied: 50_000,
	}
	quickSizes = benchSizes{
		Rounds: 5, Replay: 30_000, Singles: 150, Bulks: 3, Async: 10_000, Live: 500 * time.Millisecond, Sockets: 1000, Deltas: 6,
		History: 12_000, Few: 1_000, Many: 100_000, Applied: 10_000,
	}
)

// bench is one run.
type bench struct {
	benchSizes
	dir      string // all files are in it
	progress io.Writer
	samples  map[string][]float64
	began    time.Time
}

// runBench measures everything, in a temporary folder that is gone when it returns.
func runBench(ctx context.Context, sizes benchSizes, progress io.Writer) (*benchReport, error) {
	dir, err := os.MkdirTemp("", "flowcentre-bench-")
	if err != nil {
		return nil, fmt.Errorf("folder to measure in: %w", err)
	}
	defer os.RemoveAll(dir)
	b := &bench{benchSizes: sizes, dir: dir, progress: progress, samples: map[string][]float64{}, began: time.Now()}
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"replay", b.measureReplay},
		{"ingest", b.measureIngest},
		{"from the door to the wall", b.measureWall},
		{"many walls", b.measureSockets},
		{"many beds", b.measureBeds},
		{"restart", b.measureRestart},
		{"the past", b.measurePast},
	} {
		fmt.Fprintf(progress, "%5.1f s  %s\n", time.Since(b.began).Seconds(), part.name)
		if err := part.measure(ctx); err != nil {
			return nil, fmt.Errorf("measure %s: %w", part.name, err)
		}
		runtime.GC()
	}
	fmt.Fprintf(progress, "%5.1f s  done\n", time.Since(b.began).Seconds())
	return b.report(), nil
}

// sample takes one round's value of a figure.
func (b *bench) sample(key string, value float64) {
	b.samples[key] = append(b.samples[key], value)
}

// took is what something cost.
type took struct{ wall, cpu time.Duration }

// clocked measures what do costs this process, with nothing left over from before.
func clocked(do func() error) (took, error) {
	runtime.GC()
	began, cpu := time.Now(), cpuTime()
	err := do()
	return took{time.Since(began), cpuTime() - cpu}, err
}

// cpuTime is what this process has used, in user and system mode.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// quantile is the value below which the share q of all lies.
func quantile[T ~int64 | ~float64](values []T, q float64) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// benchGoal is one figure and what it should be.
type benchGoal struct {
	Key, Goal, What string
	Limit           float64
	AtLeast         bool // the limit is the least; otherwise the most
	Unit            string
	Bound           string // what bounds it
}

var benchGoals = []benchGoal{
	{"replay_ratio", "G1", "replay with decode, fold and durable commit / raw consumption of the log", 0.5, true, "", "CPU: decoding and folding, one goroutine each"},
	{"replay_cpu_ratio", "G2", "CPU per replayed event / per event consumed raw", 2, false, "", "CPU: decoding, folding, encoding changed records"},
	{"ingest_single_p50_ratio", "G3", "one event through the door, p50 / p50 of one append and fsync", 2, false, "", "one fsync an event, and the log's round trip"},
	{"ingest_single_p99_ratio", "G3", "one event through the door, p99 / p99 of one append and fsync", 3, false, "", "the disk's slowest fsyncs"},
	{"ingest_bulk_over_single", "G4", "posts of 1,000, events/s / single posts, events/s", 15, true, "", "the door's checks and hashes; one fsync a batch"},
	{"ingest_bulk_over_async", "G5", "posts of 1,000, events/s / publishing that does not wait for the disk", 0.4, true, "", "the door's checks and hashes"},
	{"e2e_p50_over_fsync", "G6", "scheduled send to wall at 100/s, p50 / p50 of one fsync", 15, false, "", "fsyncs in turn: log, then store"},
	{"e2e_p99_over_p50", "G6", "the same at 100/s, p99 / p50", 2, false, "", "the disk's slowest fsyncs, the scheduler"},
	{"e2e_1000_over_100", "G7", "scheduled send to wall, p99 at 1,000/s / p99 at 100/s", 3, false, "", "one fsync an event in the log: near its ceiling"},
	{"e2e_1000_cores", "G7", "cores used at 1,000/s, 10 walls included", 0.65, false, "cores", "system calls: an fsync an event, a frame a commit and wall"},
	{"fanout_over_raw", "G8", "one delta to all sockets, the last one / bare write loop", 1.2, false, "", "one write call a socket"},
	{"stalled_over_clean", "G9", "one delta, p99 of the others with one stalled / without", 1.1, false, "", "nothing: a socket waits for itself alone"},
	{"idle_socket_bytes", "G10", "memory of an idle socket", 8192, false, "B", "two goroutine stacks and a read buffer"},
	{"heap_per_bed", "G11", "heap per bed with everything known, 100,000 beds", 640, false, "B", "facts of each patient, ids of 30 days, one hash a record"},
	{"load_100k_ms", "G11", "load of 100,000 beds from disk", 1000, false, "ms", "decoding of patient records"},
	{"restart_1m_over_100k", "G12", "restart to live after a clean stop, ten times the history / once", 1.2, false, "", "what is retained: ids of 30 days, patients of 8"},
	{"restart_kill_over_rescan", "G13", "extra time of a restart after a hard kill / bare rescan of the log", 1.2, false, "", "the log's rescan of all its bytes"},
	{"event_cost_100k_over_1k", "G16", "cost of an event at 100,000 beds / at 1,000", 2.5, false, "", "records changed a commit: in one of 500 events those of a small county share them"},
}

// besides are figures that explain the others, with their units.
var besides = []struct{ Key, What, Unit string }{
	{"event_bytes", "an event in the log", "B"},
	{"raw_events_per_s", "raw consumption", "/s"},
	{"replay_events_per_s", "replay", "/s"},
	{"raw_cpu_us", "raw consumption, CPU per event", "us"},
	{"replay_cpu_us", "replay, CPU per event", "us"},
	{"fsync_p50_us", "append of 512 B and fsync, p50", "us"},
	{"fsync_p99_us", "append of 512 B and fsync, p99", "us"},
	{"single_p50_us", "one event through the door, p50", "us"},
	{"single_events_per_s", "single posts", "/s"},
	{"bulk_events_per_s", "posts of 1,000", "/s"},
	{"async_events_per_s", "publishing without waiting", "/s"},
	{"e2e_100_p50_ms", "send to wall at 100/s, p50", "ms"},
	{"e2e_100_p99_ms", "send to wall at 100/s, p99", "ms"},
	{"e2e_1000_p50_ms", "send to wall at 1,000/s, p50", "ms"},
	{"e2e_1000_p99_ms", "send to wall at 1,000/s, p99", "ms"},
	{"fanout_last_ms", "one delta, last socket", "ms"},
	{"raw_last_ms", "bare write loop, last socket", "ms"},
	{"delta_bytes", "a delta", "B"},
	{"event_1k_us", "an event at 1,000 beds", "us"},
	{"event_100k_us", "an event at 100,000 beds", "us"},
	{"fold_1k_us", "applying it and encoding what it changes, 10 events a commit, 1,000 beds", "us"},
	{"fold_100k_us", "the same, 1,000 events a commit, 100,000 beds", "us"},
	{"fold_100k_over_1k", "the second by the first", ""},
	{"store_1k_us", "writing and syncing one record, 1,000 events a commit, 1,000 beds", "us"},
	{"store_100k_us", "the same at 100,000 beds", "us"},
	{"store_100k_over_1k", "the second by the first", ""},
	{"records_1k", "records an event writes, 10 events a commit, 1,000 beds", ""},
	{"records_100k", "the same, 1,000 events a commit, 100,000 beds", ""},
	{"view_1k_us", "a view with all figures, one ward changed, 1,000 beds", "us"},
	{"view_100k_us", "the same at 100,000 beds", "us"},
	{"view_100k_over_1k", "the second by the first", ""},
	{"heap_per_stay_1k", "heap per open stay with all that is shown, 1,000 beds", "B"},
	{"heap_per_stay_100k", "the same at 100,000 beds", "B"},
	{"heap_per_stay_100k_over_1k", "the second by the first", ""},
	{"restart_ms", "restart after a clean stop", "ms"},
	{"restart_10x_ms", "the same, ten times the history", "ms"},
	{"restart_kill_ms", "restart after a hard kill, ten times the history", "ms"},
	{"rescan_ms", "bare rescan of that log", "ms"},
	{"rescan_s_per_gb", "bare rescan", "s/GB"},
	{"commit_ms", "a commit of the position alone, p50", "ms"},
	{"commit_beside_ms", "the same while a checkpoint is taken", "ms"},
	{"checkpoint_ms", "a checkpoint", "ms"},
	{"checkpoint_bytes", "its size", "B"},
	{"checkpoint_load_ms", "loading it", "ms"},
	{"past_ms", "a past state an eighth of the log after its checkpoint", "ms"},
	{"past_replay_ms", "the same from the first event", "ms"},
}

// benchReport is what came out.
type benchReport struct {
	sizes   benchSizes
	seconds float64
	samples map[string][]float64
}

func (b *bench) report() *benchReport {
	return &benchReport{b.benchSizes, time.Since(b.began).Seconds(), b.samples}
}

// spread is the median, the least and the greatest of a figure's rounds.
func (r *benchReport) spread(key string) (median, least, most float64) {
	all := r.samples[key]
	if len(all) == 0 {
		return 0, 0, 0
	}
	return quantile(all, 0.5), slices.Min(all), slices.Max(all)
}

func (g benchGoal) met(value float64) bool {
	if g.AtLeast {
		return value >= g.Limit
	}
	return value <= g.Limit
}

func (g benchGoal) limit() string {
	if g.AtLeast {
		return "≥ " + figureText(g.Limit)
	}
	return "≤ " + figureText(g.Limit)
}

func figureText(v float64) string {
	if math.Abs(v) >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func (r *benchReport) writeTable(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "goal\twhat\tmeasured [least-most]\tgoal\t\tbound by\n")
	for _, g := range benchGoals {
		v, least, most := r.spread(g.Key)
		met := "met"
		if !g.met(v) {
			met = "MISSED"
		}
		fmt.Fprintf(t, "%s\t%s\t%s [%s-%s] %s\t%s\t%s\t%s\n", g.Goal, g.What, figureText(v), figureText(least), figureText(most), g.Unit, g.limit(), met, g.Bound)
	}
	fmt.Fprintf(t, "\nbesides\tmedian [least-most]\n")
	for _, f := range besides {
		v, least, most := r.spread(f.Key)
		fmt.Fprintf(t, "%s\t%s [%s-%s] %s\n", f.What, figureText(v), figureText(least), figureText(most), f.Unit)
	}
	fmt.Fprintf(t, "\n%d cores, %s/%s, %s, %d rounds, %.0f s; ratios hold inside this run only\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), r.sizes.Rounds, r.seconds)
	return t.Flush()
}

// writeJSON writes each figure's median under its own key, and the rest under figures.
func (r *benchReport) writeJSON(out io.Writer) error {
	type figure struct {
		Goal   string  `json:"goal,omitempty"`
		What   string  `json:"what"`
		Median float64 `json:"median"`
		Min    float64 `json:"min"`
		Max    float64 `json:"max"`
		Unit   string  `json:"unit,omitempty"`
		Limit  string  `json:"limit,omitempty"`
		Met    *bool   `json:"met,omitempty"`
		Bound  string  `json:"bound,omitempty"`
	}
	figures := map[string]figure{}
	all := map[string]any{
		"figures": figures, "version": versionText(), "rounds": r.sizes.Rounds, "seconds": math.Round(r.seconds),
		"cores": runtime.NumCPU(), "platform": runtime.GOOS + "/" + runtime.GOARCH, "go": runtime.Version(),
	}
	for _, g := range benchGoals {
		v, least, most := r.spread(g.Key)
		met := g.met(v)
		all[g.Key] = v
		figures[g.Key] = figure{g.Goal, g.What, v, least, most, g.Unit, g.limit(), &met, g.Bound}
	}
	for _, f := range besides {
		v, least, most := r.spread(f.Key)
		figures[f.Key] = figure{What: f.What, Median: v, Min: least, Max: most, Unit: f.Unit}
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
