package county_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
	"flowcentre/streams/county"
)

// books are what somebody can work out of the messages alone.
type books struct {
	t       *testing.T
	zone    *time.Location
	places  map[string]string // place to unit
	class   map[string]capacity.BedClass
	core    map[capacity.BedClass]int
	beyond  map[string]int // escalation bay to its beds
	facts   []fact
	seen    map[string]bool
	repeats int
	kinds   map[string]int
}

// fact is one thing said of one visit.
type fact struct {
	at      time.Time
	order   int
	trigger string
	visit   string
	reason  string
	class   string
	unit    string
	bed     string
}

func newBooks(t *testing.T, l *capacity.Layout) *books {
	zone, err := time.LoadLocation(l.System.TimeZone)
	require.NoError(t, err)
	b := &books{t: t, zone: zone, places: map[string]string{}, class: map[string]capacity.BedClass{}, core: map[capacity.BedClass]int{}, seen: map[string]bool{}, kinds: map[string]int{}, beyond: map[string]int{}}
	for i := range l.Units {
		u := &l.Units[i]
		b.class[u.ID] = u.Class
		for _, n := range u.Names() {
			b.places[n] = u.ID
		}
		for _, n := range u.Names() {
			for _, a := range u.Areas {
				b.places[capacity.Within(n, a.ID)] = u.ID
			}
		}
		for j := range u.Beds {
			for _, n := range u.BedNames(&u.Beds[j]) {
				b.places[n] = u.ID
			}
			for _, n := range u.Names() {
				b.places[capacity.Within(n, u.Beds[j].Bay)] = u.ID
			}
			if u.Beds[j].Escalation {
				b.beyond[capacity.Within(u.ID, u.Beds[j].Bay)]++
			} else {
				b.core[u.Class]++
			}
		}
	}
	return b
}

// take reads one message as strictly as a receiver might.
func (b *books) take(m county.Message) {
	key := m.Feed + " " + m.ID
	if b.seen[key] {
		b.repeats++
		return
	}
	b.seen[key] = true
	if m.Protocol == county.MLLP {
		b.hl7(m)
	} else {
		b.event(m)
	}
}

func (b *books) unit(place string) string {
	unit, known := b.places[place]
	require.True(b.t, known, "no unit has a place %q", place)
	return unit
}

func (b *books) add(f fact) {
	f.order = len(b.facts)
	b.kinds[f.trigger]++
	if family, _, isEvent := strings.Cut(f.trigger, "."); !isEvent || family == "bed" {
		b.facts = append(b.facts, f)
	}
}

func (b *books) hl7(m county.Message) {
	segments := strings.Split(strings.TrimSuffix(string(m.Body), "\r"), "\r")
	rows := map[string][][]string{}
	for _, s := range segments {
		f := strings.Split(s, "|")
		rows[f[0]] = append(rows[f[0]], f)
	}
	head := rows["MSH"][0]
	require.Equal(b.t, `^~\&`, head[1])
	require.Equal(b.t, m.ID, head[9])
	require.Equal(b.t, "P", head[10])
	require.Equal(b.t, "2.4", head[11])
	trigger := strings.Split(head[8], "^")[1]
	require.Equal(b.t, trigger, rows["EVN"][0][1])
	at, err := time.ParseInLocation("20060102150405", rows["EVN"][0][2], b.zone)
	require.NoError(b.t, err)
	sent, err := time.ParseInLocation("20060102150405", head[6], b.zone)
	require.NoError(b.t, err)
	require.False(b.t, sent.Before(at), "sent before it happened")
	require.Len(b.t, rows["PV1"], len(rows["PID"]))
	for i, pv1 := range rows["PV1"] {
		f := fact{at: at, trigger: trigger, class: pv1[2], reason: pv1[4], visit: strings.Split(pv1[19], "^")[0]}
		require.NotEmpty(b.t, f.visit)
		require.NotEmpty(b.t, rows["PID"][i][3])
		if pv1[3] != "" {
			f.unit, f.bed = b.location(pv1[3])
		}
		for _, n := range []int{6, 42} {
			if len(pv1) > n && pv1[n] != "" {
				b.location(pv1[n])
			}
		}
		b.add(f)
	}
}

func (b *books) location(pl string) (unit, bed string) {
	p := append(strings.Split(pl, "^"), "", "", "")
	place := capacity.JoinPlace(p[3], p[0], p[1], p[2])
	if p[2] != "" {
		bed = place
	}
	return b.unit(place), bed
}

func (b *books) event(m county.Message) {
	var e struct {
		SpecVersion, ID, Source, Type string
		Time                          time.Time
		Data                          struct {
			Visit, Place string
			Census       []struct{ Place, Patient, Visit string }
		}
	}
	require.NoError(b.t, json.Unmarshal(m.Body, &e))
	require.Equal(b.t, "1.0", e.SpecVersion)
	require.Equal(b.t, m.ID, e.ID)
	require.Equal(b.t, m.Feed, e.Source)
	kind, isEvent := strings.CutPrefix(e.Type, "flowcentre.")
	require.True(b.t, isEvent)
	family, _, _ := strings.Cut(kind, ".")
	require.Equal(b.t, "events."+m.Feed+"."+family, m.Subject)
	f := fact{at: e.Time, trigger: strings.TrimSuffix(kind, ".v1"), visit: number(e.Data.Visit), class: "I"}
	if e.Data.Place != "" && f.trigger != "discharge.list" { // which is of a site
		f.unit = b.unit(e.Data.Place)
		f.bed = e.Data.Place
	}
	b.add(f)
	for _, c := range e.Data.Census {
		b.add(fact{at: e.Time, trigger: "counted", visit: number(c.Visit), unit: b.unit(c.Place), class: "I"})
	}
}

func number(id string) string { return id[strings.LastIndex(id, "/")+1:] }

// reckoning is a summary by day.
type reckoning struct {
	admissions map[string]int            // emergency, by local date
	leavers    map[string]int            // from adult beds and the lounge, by local date
	byHour     [24]int                   // of the same
	occupied   map[string]map[string]int // by date at 08:00, by class
	extra      map[string]int            // escalation beds open, by date at 08:00
	weekday    map[string]time.Weekday
}

// reckon works the facts through in the order of what happened.
func (b *books) reckon() reckoning {
	slices.SortStableFunc(b.facts, func(x, y fact) int { return x.at.Compare(y.at) })
	r := reckoning{map[string]int{}, map[string]int{}, [24]int{}, map[string]map[string]int{}, map[string]int{}, map[string]time.Weekday{}}
	open := map[string]int{}
	where := map[string]string{}
	var next time.Time
	for _, f := range b.facts {
		local := f.at.In(b.zone)
		if next.IsZero() {
			next = time.Date(local.Year(), local.Month(), local.Day()+1, 8, 0, 0, 0, b.zone)
		}
		for !f.at.Before(next) {
			day := next.Format(time.DateOnly)
			r.occupied[day] = map[string]int{}
			for _, unit := range where {
				r.occupied[day][string(b.class[unit])]++
			}
			for _, n := range open {
				r.extra[day] += n
			}
			next = next.AddDate(0, 0, 1)
		}
		day := local.Format(time.DateOnly)
		r.weekday[day] = local.Weekday()
		before := where[f.visit]
		switch f.trigger {
		case "A01":
			if f.reason == "E" {
				r.admissions[day]++
			}
			where[f.visit] = f.unit
		case "A11":
			r.admissions[day]--
			delete(where, f.visit)
		case "A13":
			if b.adult(f.unit) {
				r.leavers[day]--
			}
			where[f.visit] = f.unit
		case "A02", "A12", "A04", "A17", "counted", "bed.admitted":
			where[f.visit] = f.unit
		case "bed.opened":
			if n := b.beyond[f.bed]; n > 0 {
				open[f.bed] = n
			}
		case "bed.closed":
			delete(open, f.bed)
		case "A03", "bed.discharged":
			delete(where, f.visit)
			if f.trigger == "A03" && f.class == "I" && (b.adult(before) || b.adult(f.unit) || b.class[f.unit] == "") {
				r.leavers[day]++
				r.byHour[local.Hour()]++
			}
		}
	}
	return r
}

func (b *books) adult(unit string) bool { return b.class[unit] == capacity.AdultGA }
