package flow

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// TestScripts runs each day on the wards in testdata. A script is blocks of facts, each
// ended by ---- and the wards as they then stand; -update rewrites the answers.
//
// A line is a time, a kind of fact and its fields; "late" before the kind is only for
// the reader: the lines are told in the order in which they stand.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			got := runScript(t, string(text))
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
				return
			}
			require.Equal(t, string(text), got)
		})
	}
}

func runScript(t *testing.T, text string) string {
	w := &ward{t: t, s: New("script"), feed: "pas"}
	var out strings.Builder
	answer := false
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		if answer {
			if line == "" {
				answer = false
				out.WriteString("\n")
			}
			continue
		}
		out.WriteString(line + "\n")
		if line == "----" {
			out.WriteString(w.show())
			answer = true
			continue
		}
		w.line(line)
	}
	return out.String()
}

// ward tells a state the lines of a script.
type ward struct {
	t      *testing.T
	s      *State
	feed   string
	layout capacity.Layout
	laid   bool
}

var day = time.Date(2027, 1, 12, 0, 0, 0, 0, time.UTC)

func (w *ward) line(line string) {
	line, _, _ = strings.Cut(line, " #")
	words := strings.Fields(line)
	if len(words) == 0 || strings.HasPrefix(line, "#") {
		return
	}
	switch words[0] {
	case "unit":
		w.unit(words[1:])
		return
	case "layout":
		w.enforce()
		return
	case "feed":
		w.feed = words[1]
		return
	}
	if !w.laid {
		w.enforce()
	}
	at := w.time(words[0])
	e := Event{ID: fmt.Sprintf("e%d", w.s.Seq()+1), Feed: w.feed, Happened: at, Recorded: at}
	name := words[1]
	if name == "late" {
		name, words = words[2], words[1:]
	}
	if name == "tick" {
		e.Kind, e.Feed = Tick, Centre
		w.apply(&e)
		return
	}
	e.Kind = KindOf("flowcentre.bed." + name + ".v1")
	require.NotEqual(w.t, Unknown, e.Kind, line)
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		w.fill(&e, key, value)
	}
	switch e.Data.Visit {
	case "":
		if e.Data.Patient != "" {
			e.Data.Visit = "v-" + e.Data.Patient
		}
	case "none":
		e.Data.Visit = ""
	}
	if e.Recorded < w.s.At() {
		e.Recorded = w.s.At()
	}
	w.apply(&e)
}

func (w *ward) fill(e *Event, key, value string) {
	d := &e.Data
	switch key {
	case "patient":
		d.Patient = value
	case "visit":
		d.Visit = value
	case "from_patient":
		d.FromPatient = value
	case "from_visit":
		d.FromVisit = value
	case "place":
		d.Place = value
	case "prior":
		d.Prior = value
	case "class":
		d.Class = PatientClass(value)
	case "reason":
		d.Reason = value
	case "status":
		d.Status = BedStatus(value)
	case "due":
		d.Due = w.time(value)
	case "until":
		d.Until = w.time(value)
	case "id":
		e.ID = value
	case "swap":
		p, place, _ := strings.Cut(value, "@")
		d.Swap = &SwapLeg{Patient: p, Visit: "v-" + p, Place: place}
	case "in":
		p, place, _ := strings.Cut(value, "@")
		d.Census = append(d.Census, CensusEntry{Place: place, Patient: p, Visit: "v-" + p})
	default:
		require.Fail(w.t, "no field "+key)
	}
}

func (w *ward) apply(e *Event) {
	e.Seq = w.s.Seq() + 1
	digest, err := BodyDigest(e)
	require.NoError(w.t, err)
	e.Digest = digest
	raw, err := Encode(e)
	require.NoError(w.t, err)
	got, err := Decode(e.Seq, raw)
	require.NoError(w.t, err)
	w.s.Apply(&got)
}

// unit: id, bays as name:bed,bed and options.
func (w *ward) unit(words []string) {
	u := capacity.Unit{ID: words[0], Site: "site", Name: words[0], Kind: capacity.Ward, Class: capacity.AdultGA}
	for _, word := range words[1:] {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "assumed_clean":
			n, err := strconv.Atoi(value)
			require.NoError(w.t, err)
			u.AssumedClean = n
		case "feeds":
			u.Feeds = strings.Split(value, ",")
		case "alias":
			u.Aliases = append(u.Aliases, value)
		default:
			bay, beds, _ := strings.Cut(word, ":")
			for _, id := range strings.Split(beds, ",") {
				u.Beds = append(u.Beds, capacity.Bed{ID: id, Bay: bay, SideRoom: bay == "Side", Escalation: bay == "Escalation"})
			}
		}
	}
	w.layout.Units = slices.DeleteFunc(w.layout.Units, func(o capacity.Unit) bool { return o.ID == u.ID })
	w.layout.Units = append(w.layout.Units, u)
}

func (w *ward) enforce() {
	w.laid = true
	w.layout.System = capacity.System{ID: "county", Name: "County", TimeZone: "Europe/London"}
	w.layout.Sites = []capacity.Site{{ID: "site", Name: "Site"}}
	w.layout.Feeds = []capacity.Feed{{ID: "pas", Name: "PAS", Every: 1800}}
	revision, _ := w.s.LayoutDigest()
	for _, e := range LayoutEvents(&w.layout, revision+1, max(w.s.At(), capacity.At(day))) {
		w.apply(&e)
	}
}

func (w *ward) time(text string) capacity.Instant {
	at, err := time.Parse("15:04:05", text)
	if err != nil {
		at, err = time.Parse("15:04", text)
	}
	require.NoError(w.t, err)
	return capacity.At(day.Add(at.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))))
}

func clock(at capacity.Instant) string {
	if at == 0 {
		return "?"
	}
	return at.Time().Format("15:04")
}

func (w *ward) show() string {
	v := w.s.View()
	var b strings.Builder
	for _, u := range v.Units {
		known := "known"
		if !u.Known {
			known = "unknown"
		}
		if u.Silent {
			known += ", silent"
		}
		t := u.Beds
		require.Equal(w.t, t.Total, t.Open+t.Closed)
		require.Equal(w.t, t.Open, t.Occupied+t.Reserved+t.NotReady+t.Available)
		fmt.Fprintf(&b, "%s (%s): %d open = %d occupied + %d reserved + %d not ready + %d available; %d closed, %d over, %d side rooms\n",
			u.ID, known, t.Open, t.Occupied, t.Reserved, t.NotReady, t.Available, t.Closed, t.Over, t.SideRooms)
		unit := w.s.units[u.ID]
		for _, bed := range unit.order {
			b.WriteString("  " + w.bed(bed) + "\n")
		}
		for _, c := range sorted(unit.claims) {
			fmt.Fprintf(&b, "  no bed: %s%s since %s\n", map[claimKind]string{in: "", coming: "expected "}[c.kind], c.stay, clock(c.since))
		}
	}
	for _, f := range v.Feeds {
		if f.State == FeedSilent || f.Duplicates > 0 {
			fmt.Fprintf(&b, "feed %s %s, %d duplicates\n", f.ID, f.State, f.Duplicates)
		}
	}
	for _, c := range v.Contradictions {
		fmt.Fprintf(&b, "contradiction %s %s %v\n", c.Kind, strings.TrimSuffix(c.Unit+"/"+c.Bed, "/"), c.Events)
	}
	for _, h := range v.Held {
		fmt.Fprintf(&b, "held %d %s %s\n", h.Seq, h.Place, h.Reason)
	}
	return b.String()
}

func (w *ward) bed(bed *bed) string {
	c := bed.condition(w.s.At())
	text := bed.def.ID + " " + string(c.state)
	for _, cl := range c.in {
		text += " " + cl.stay
		if cl.away {
			text += " (away)"
		}
		if cl.leave {
			text += " (on leave)"
		}
		if cl.due != 0 {
			text += " (to leave " + clock(cl.due) + ")"
		}
	}
	if c.reason != "" {
		text += " [" + c.reason + "]"
	}
	for _, cl := range c.kept {
		text += " kept for " + cl.stay
	}
	if c.foul {
		text += " contaminated"
	}
	if c.assumed {
		text += " assumed clean"
	}
	if c.since != 0 {
		text += " since " + clock(c.since)
	}
	return text
}

func sorted(claims []claim) []claim {
	all := slices.Clone(claims)
	slices.SortFunc(all, func(a, b claim) int { return cmp.Compare(a.stay, b.stay) })
	return all
}
