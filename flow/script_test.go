package flow

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"maps"
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
// ended by ---- and the wards as they then stand, or by "---- items" and the contradictions,
// or "---- levels" and the OPEL levels only; -update rewrites the answers.
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
	w := &ward{t: t, s: New("script"), feed: "pas", rules: map[string][]capacity.SiteRule{}}
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
		if line == "----" || line == "---- items" || line == "---- levels" {
			switch line {
			case "----":
				out.WriteString(w.show())
				w.resume()
			case "---- levels":
				out.WriteString(w.levels())
			default:
				var b strings.Builder
				w.items(&b, w.s.View())
				out.WriteString(cmp.Or(b.String(), "none\n"))
			}
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
	rules  map[string][]capacity.SiteRule
	watch  bool // feeds and figures are shown in full
	kept   records
	twin   *State // loaded at the block before
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
	case "profile":
		w.layout.OPEL = aProfile()
		return
	case "rule": // site, id, then class, need or service
		r := capacity.SiteRule{ID: words[2]}
		for _, word := range words[3:] {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "class":
				r.Class = capacity.BedClass(value)
			case "need":
				r.Need = value
			case "service":
				r.Service = value
			}
		}
		w.rules[words[1]] = append(w.rules[words[1]], r)
		return
	case "remove":
		w.layout.Units = slices.DeleteFunc(w.layout.Units, func(u capacity.Unit) bool { return u.ID == words[1] })
		return
	case "feed":
		w.feed = words[1]
		return
	case "expect":
		w.expect(words[1:])
		return
	case "repeat":
		for range w.number(words[1]) {
			w.line(strings.Join(words[2:], " "))
		}
		return
	case "report":
		w.report(words[1:])
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
	if !strings.Contains(name, ".") {
		name = "bed." + name
	}
	e.Kind = KindOf("flowcentre." + name + ".v1")
	require.NotEqual(w.t, Unknown, e.Kind, line)
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		w.fill(&e, key, value)
	}
	switch e.Data.Visit {
	case "":
		if e.Data.Patient != "" && !strings.HasPrefix(name, "bed.request") {
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
	case "feed":
		e.Feed = value
	case "role":
		d.Role = value
	case "mode":
		d.Mode = value
	case "acuity":
		d.Acuity = value
	case "service":
		d.Service = value
	case "sex":
		d.Sex = value
	case "request":
		d.Request = value
	case "origin":
		d.Origin = value
	case "needs":
		d.Needs = strings.Split(value, ",")
	case "wants":
		d.Wants = capacity.BedClass(value)
	case "ambulance":
		d.Ambulance = value
	case "pathway":
		d.Pathway = value
	case "owner":
		d.Owner = value
	case "certainty":
		d.Certainty = value
	case "going_to":
		d.GoingTo = value
	case "transfer":
		d.Transfer = value
	case "agreement":
		d.Agreement = value
	case "purpose":
		d.Purpose = value
	case "from":
		d.From = value
	case "to":
		d.To = value
	case "outcome":
		d.Outcome = value
	case "how":
		d.How = value
	case "link":
		d.Link = strings.Repeat(value, 64)
	case "declared": // scope:status:value
		parts := strings.Split(value, ":")
		d.Declared = &Declared{parts[1], parts[0], parts[2]}
	case "item":
		for _, c := range w.s.View().Contradictions {
			if c.Kind == value {
				d.Item = c.ID
			}
		}
	case "list":
		d.List = append(d.List, w.entry(value))
	case "leaver":
		d.Leavers = append(d.Leavers, w.leaver(value))
	case "no_leavers":
		d.Leavers = []DischargeEntry{}
	case "nobody":
		d.List = []ListEntry{}
	case "swap":
		p, place, _ := strings.Cut(value, "@")
		d.Swap = &SwapLeg{Patient: p, Visit: "v-" + p, Place: place}
	case "in":
		p, place, _ := strings.Cut(value, "@")
		place, days, known := strings.Cut(place, ";days/")
		c := CensusEntry{Place: place, Patient: p, Visit: "v-" + p}
		if known {
			c.Admitted = e.Happened.Add(-time.Duration(w.number(days)) * 24 * time.Hour)
		}
		d.Census = append(d.Census, c)
	default:
		if !w.fillCommunity(d, key, value) {
			w.fillFeed(e, key, value)
		}
	}
}

// entry is a line of an A&E list: patient/arrived, then milestones as assessed/09:10. With
// a dash before the patient it tells the visit alone.
func (w *ward) entry(text string) ListEntry {
	parts := strings.Split(text, ";")
	who, arrived, _ := strings.Cut(parts[0], "/")
	l := ListEntry{Patient: who, Visit: "v-" + who, Arrived: w.time(arrived)}
	if alone, ok := strings.CutPrefix(who, "-"); ok {
		l.Patient, l.Visit = "", "v-"+alone
	}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(part, "/")
		switch key {
		case "area":
			l.Place = "ae/" + value
		case "assessed":
			l.Assessed = w.time(value)
		case "seen":
			l.Seen = w.time(value)
		case "decided":
			l.Decided = w.time(value)
		case "referred":
			l.Referred = w.time(value)
		case "ready":
			l.Ready = w.time(value)
		case "mode":
			l.Mode = value
		case "acuity":
			l.Acuity = value
		default:
			require.Fail(w.t, "no part of a list "+key)
		}
	}
	return l
}

// leaver is a line of a discharge list: who it is, then nctr/08:00 and other columns.
func (w *ward) leaver(text string) DischargeEntry {
	parts := strings.Split(text, ";")
	l := DischargeEntry{Patient: parts[0], Visit: "v-" + parts[0]}
	for _, part := range parts[1:] {
		key, value, _ := strings.Cut(part, "/")
		switch key {
		case "nctr":
			l.NCTR = w.time(value)
		case "due":
			l.Due = w.time(value)
		case "pathway":
			l.Pathway = value
		case "reason":
			l.Reason = value
		case "owner":
			l.Owner = value
		case "certainty":
			l.Certainty = value
		default:
			require.Fail(w.t, "no part of a discharge list "+key)
		}
	}
	return l
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
	if w.twin != nil {
		again, err := Decode(e.Seq, raw)
		require.NoError(w.t, err)
		w.twin.Apply(&again)
	}
}

// resume sees that a state that was loaded at the block before came to the same as the one
// that was not, and loads the next.
func (w *ward) resume() {
	if w.kept == nil {
		w.kept = records{}
	}
	w.kept.take(w.s.Changes())
	if w.twin != nil {
		w.twin.Changes()
		require.Equal(w.t, w.s.Digest(), w.twin.Digest(), "resumed at the block before")
		require.Equal(w.t, community(w.s), community(w.twin), "resumed at the block before")
	}
	twin, err := Load("twin", w.s.Seq(), w.kept.all())
	require.NoError(w.t, err)
	require.Equal(w.t, community(w.s), community(twin), "loaded")
	w.twin = twin
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
		case "kind":
			u.Kind, u.Class = capacity.UnitKind(value), ""
		case "areas":
			for _, a := range strings.Split(value, ",") {
				u.Areas = append(u.Areas, capacity.Area{ID: a, Name: a, Kind: capacity.AreaKind(a)})
			}
		case "site":
			u.Site = value
		case "class":
			u.Class = capacity.BedClass(value)
		case "for":
			u.Specialties = strings.Split(value, ",")
		case "alias":
			u.Aliases = append(u.Aliases, value)
		default:
			if w.unitPlaces(&u, key, value) {
				continue
			}
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
	if slices.ContainsFunc(w.layout.Units, func(u capacity.Unit) bool { return u.Site == "cottage" }) {
		w.layout.Sites = append(w.layout.Sites, capacity.Site{ID: "cottage", Name: "Cottage", Kind: capacity.Community})
	}
	for i := range w.layout.Sites {
		w.layout.Sites[i].Rules = w.rules[w.layout.Sites[i].ID]
	}
	if w.layout.Feeds == nil {
		w.layout.Feeds = []capacity.Feed{{ID: "pas", Name: "PAS", Every: 1800}}
	}
	revision, _ := w.s.LayoutDigest()
	for _, e := range LayoutEvents(&w.layout, revision+1, max(w.s.At(), capacity.At(day))) {
		w.apply(&e)
	}
}

func (w *ward) time(text string) capacity.Instant {
	if days, rest, ok := strings.Cut(text, "+"); ok { // 1+00:10 is ten past midnight
		return w.time(rest).Add(time.Duration(w.number(days)) * 24 * time.Hour)
	}
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
		if u.Slots != nil {
			b.WriteString(w.slots(u))
			continue
		}
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
	w.people(&b, v)
	b.WriteString(w.referrals(v))
	for _, f := range v.Feeds {
		for _, a := range f.Unlaid {
			fmt.Fprintf(&b, "feed %s: area not laid out: %s, %d times\n", f.ID, a.Place, a.Times)
		}
		if w.watch {
			b.WriteString(feedLine(f))
		} else if f.State == FeedSilent || f.Duplicates > 0 {
			fmt.Fprintf(&b, "feed %s %s, %d duplicates\n", f.ID, f.State, f.Duplicates)
		}
	}
	w.figures(&b)
	w.items(&b, v)
	for _, h := range v.Held {
		fmt.Fprintf(&b, "held %d %s %s\n", h.Seq, h.Place, h.Reason)
	}
	return b.String()
}

// items shows contradictions: those that people see, and those in their grace or settled.
func (w *ward) items(b *strings.Builder, v *View) {
	for _, c := range v.Contradictions {
		fmt.Fprintf(b, "contradiction %s %s %v since %s", c.Kind, strings.TrimSuffix(c.Unit+"/"+c.Bed, "/"), c.Events, clock(c.Since))
		if c.Raised != c.Since {
			fmt.Fprintf(b, ", shown since %s", clock(c.Raised))
		}
		fmt.Fprintf(b, ", for %s\n", c.Owner)
	}
	for _, id := range slices.Sorted(maps.Keys(w.s.items)) {
		c, place := w.s.items[id], ""
		if c.At.Unit != "" {
			place = " " + strings.TrimSuffix(c.At.Unit+"/"+c.At.Bed, "/")
		}
		if c.Settled != 0 {
			fmt.Fprintf(b, "settled by %d: %s%s %v\n", c.Settled, c.Kind, place, c.Events)
		} else if c.Due != 0 {
			fmt.Fprintf(b, "within grace until %s: %s%s %v\n", clock(c.Due), c.Kind, place, c.Events)
		}
	}
}

// people shows attendances, journeys, requests, plans and decisions, where there are any.
func (w *ward) people(b *strings.Builder, v *View) {
	told := func(pairs ...any) (text string) {
		for i := 0; i < len(pairs); i += 2 {
			if at := pairs[i+1].(capacity.Moment); at.Told() {
				text += fmt.Sprintf(", %s %s", pairs[i], clock(at.At))
			}
		}
		return text
	}
	filled := func(pairs ...string) (text string) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				text += fmt.Sprintf(", %s %s", pairs[i], pairs[i+1])
			}
		}
		return text
	}
	for _, u := range v.Units {
		p := w.s.units[u.ID].portrait.picture
		for i := range p.Attendances {
			a := p.Attendances[i]
			state := "open"
			if a.Left.Told() {
				state = "ended"
			}
			b.WriteString("  attendance " + a.Key + " " + state + filled("area", a.Area, "mode", a.Mode, "acuity", a.Acuity, "service", a.Service, "to", a.GoingTo, "in bed on", a.InBed) +
				told("arrived", a.Arrived, "assessed", a.Assessed, "seen", a.Seen, "referred", a.Referred, "bed requested", a.Requested, "decided", a.Decided, "ready", a.Ready, "left", a.Left))
			if a.Transit {
				b.WriteString(", in transit")
			}
			b.WriteString("\n")
		}
		for i := range p.Ambulances {
			a := p.Ambulances[i]
			b.WriteString("  ambulance " + a.ID + told("inbound", a.Inbound, "arrived", a.Arrived, "handed over", a.HandedOver, "clear", a.Clear, "cancelled", a.Cancelled) + "\n")
		}
		for i := range p.Requests {
			r := p.Requests[i]
			b.WriteString("  request " + r.ID + " for " + r.Key + filled("from", r.Origin, "service", r.Service, "wants", string(r.Wants), "needs", strings.Join(r.Needs, "+"), "bed", r.Bed, "reason", r.Reason) +
				told("requested", r.Requested, "decided", r.Decided, "allocated", r.Allocated, "ready", r.Ready, "left", r.Left, "arrived", r.Arrived, "cancelled", r.Cancelled) + "\n")
		}
		for i := range p.Stays {
			st := p.Stays[i]
			if pl := st.Plan; st.Left.Told() || pl.NCTR.Told() || pl.Planned.Told() || len(pl.Failures) > 0 || len(st.Moves) > 0 {
				b.WriteString("  stay " + st.Key + filled("to", st.GoingTo, "pathway", pl.Pathway, "certainty", pl.Certainty, "reason", pl.Reason, "owner", pl.Owner) +
					told("admitted", st.Admitted, "here", st.Here, "left", st.Left, "nctr", pl.NCTR, "delayed", pl.Delayed, "start accepted", pl.Started))
				if pl.Due != 0 {
					b.WriteString(", promised " + clock(pl.Due))
				}
				for _, f := range pl.Failures {
					b.WriteString(", failed " + clock(f.At) + " " + f.Reason)
				}
				b.WriteString("\n")
			}
		}
	}
	for _, t := range v.Transfers {
		fmt.Fprintf(b, "%s %s of %s to %s (%s): %s, asked %s", t.Purpose, t.ID, t.From, t.To, t.Direction, t.State, clock(t.Asked))
		b.WriteString(filled("reason", t.Reason, "bed", t.Bed, "request", t.Request, "rule", t.Rule) + fmt.Sprintf(", facts %v\n", t.Events))
	}
	for _, t := range v.Statuses {
		expired := ""
		if t.Expired {
			expired = ", expired: nobody knows since then"
		}
		fmt.Fprintf(b, "status %s of %s: %s, told %s, until %s%s\n", t.Status, t.Scope, t.Word, clock(t.At), clock(t.Until), expired)
	}
	for _, a := range v.Agreements {
		fmt.Fprintf(b, "%s %s of %s to %s: %s, %s to %s, facts %v\n", a.Purpose, a.ID, a.From, a.To, a.State, clock(a.Begins), clock(a.Until), a.Events)
	}
	for _, l := range v.Links {
		state := "stands"
		if !l.StandsAt(v.At) {
			state = "ended"
		}
		fmt.Fprintf(b, "link %s of %s: %s\n", l.ID, l.Unit, state)
	}
	for _, d := range v.Decisions {
		if d.Refused != "" {
			fmt.Fprintf(b, "refused %s: %s: %s\n", d.ID, d.Refused, d.Detail)
		}
		if d.Warning != "" {
			fmt.Fprintf(b, "in effect %s, but: %s\n", d.ID, d.Warning)
		}
	}
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
