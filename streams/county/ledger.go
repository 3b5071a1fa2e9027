package county

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"flowcentre/capacity"
)

// ledger is what can be reckoned from a county's messages alone, as a receiver might that
// counts and keeps nothing else.
type ledger struct {
	zone  *time.Location
	start capacity.Instant
	units map[string]*capacity.Unit // by every name of a place
	core  int                       // adult beds without escalation
	beds  int                       // community beds without surge

	seen     map[string]uint64 // newest number that each feed has sent, to tell repeats
	messages int
	kinds    map[string]int

	day    map[string]*dayBook // by local date
	visits map[string]*visitBook
	bays   map[string]int // escalation bay to its beds
	open   map[string]int // those that are open
	list   map[string]bool
	next   capacity.Instant // when the beds are counted next: 08:00

	outside   map[string]capacity.Instant // ambulances
	handovers []float64                   // minutes
	waits     []float64                   // minutes from decision to bed
	stays     []float64                   // minutes in A&E, all types
	byHour    [24]int                     // arrivals at departments that admit
	admitHour [24]int                     // of those of them who are admitted
	leftHour  [24]int
	modes     map[string][2]int // arrivals and admissions by mode

	typed, late, left, found, twice, held int

	referrals map[string]*referralBook
	fill      map[string][2]int // newest used and open of each sort of places
	filled    []float64         // percent of virtual ward places, at 08:00
	homeStays []float64         // days on a virtual ward
	response  []float64         // minutes until urgent community response begins
	ended     map[string]int    // referrals started, by kind of unit
	transfers map[string]int
	answers   map[string]int // of referrals: accepted, declined
	calls     int
	avoided   map[string]capacity.Instant // who was not conveyed, by person
	after     int                         // of those, who attended within 72 hours
	claims    int
	closed    map[string]bool
}

// dayBook is one local day.
type dayBook struct {
	weekday    time.Weekday
	arrived    int // attendances of all types
	type1      int // at departments that admit
	emergency  int // admissions
	leavers    int
	occupied   float64 // percent of adult beds open at 08:00
	community  float64
	remaining  int // no longer meet the criteria to reside, and here at midnight
	went       int // off that list, by leaving
	ambulances int
	starts     map[capacity.UnitKind]int
	pathways   [4]int
}

type visitBook struct {
	mode    string
	came    capacity.Instant // to A&E
	admits  bool             // the department can
	decided capacity.Instant
	unit    string // of the bed; empty while there is none
	gone    bool
	path    string
	person  string
}

type referralBook struct {
	kind    capacity.UnitKind
	made    capacity.Instant
	started capacity.Instant
	person  string
	convey  bool
}

func newLedger(l *capacity.Layout, start capacity.Instant, zone *time.Location) *ledger {
	b := &ledger{
		zone: zone, start: start, units: map[string]*capacity.Unit{}, seen: map[string]uint64{}, kinds: map[string]int{},
		day: map[string]*dayBook{}, visits: map[string]*visitBook{}, bays: map[string]int{}, open: map[string]int{}, list: map[string]bool{},
		outside: map[string]capacity.Instant{}, modes: map[string][2]int{}, referrals: map[string]*referralBook{}, fill: map[string][2]int{},
		ended: map[string]int{}, transfers: map[string]int{}, answers: map[string]int{}, avoided: map[string]capacity.Instant{}, closed: map[string]bool{},
	}
	for i := range l.Units {
		u := &l.Units[i]
		for _, n := range u.Names() {
			b.units[n] = u
		}
		for j := range u.Beds {
			bed := &u.Beds[j]
			switch {
			case bed.Escalation:
				b.bays[capacity.Within(u.ID, bed.Bay)]++
			case u.Class == capacity.AdultGA:
				b.core++
			case u.Class == capacity.CommunityClass:
				b.beds++
			}
		}
	}
	b.next = b.eight(start, 0)
	return b
}

// eight is 08:00 on a local day, some days after that of at.
func (b *ledger) eight(at capacity.Instant, days int) capacity.Instant {
	t := at.Time().In(b.zone)
	return capacity.At(time.Date(t.Year(), t.Month(), t.Day()+days, 8, 0, 0, 0, b.zone))
}

func (b *ledger) dayOf(at capacity.Instant) *dayBook {
	t := at.Time().In(b.zone)
	key := t.Format(time.DateOnly)
	d := b.day[key]
	if d == nil {
		d = &dayBook{weekday: t.Weekday(), starts: map[capacity.UnitKind]int{}}
		b.day[key] = d
	}
	return d
}

// unit is the one that a place is in; nil for one that nobody knows.
func (b *ledger) unit(place string) *capacity.Unit {
	for {
		if u := b.units[place]; u != nil {
			return u
		}
		cut := strings.LastIndexByte(place, '/')
		if cut < 0 {
			return nil
		}
		place = place[:cut]
	}
}

// take reckons one message.
func (b *ledger) take(m Message) {
	b.messages++
	number, last := trailing(m.ID), b.seen[m.Feed]
	if number <= last && b.closed[m.ID] {
		b.twice++
		return
	}
	b.seen[m.Feed] = max(last, number)
	b.closed[m.ID] = true
	b.count(m.At)
	var happened capacity.Instant
	if m.Protocol == MLLP {
		happened = b.hl7(m)
	} else {
		happened = b.event(m)
	}
	if held := m.At.Sub(happened); held >= 5*time.Second && held <= 40*time.Second {
		b.held++
	}
}

// trailing is the number that an id ends with.
func trailing(id string) (n uint64) {
	cut := len(strings.TrimRight(id, "0123456789"))
	for _, d := range id[cut:] {
		n = n*10 + uint64(d-'0')
	}
	return n
}

// count counts the beds at 08:00, and the list at midnight.
func (b *ledger) count(now capacity.Instant) {
	for b.next <= now {
		d := b.dayOf(b.next)
		in, community := 0, 0
		for _, v := range b.visits {
			if u := b.units[v.unit]; u != nil && !v.gone {
				switch u.Class {
				case capacity.AdultGA:
					in++
				case capacity.CommunityClass:
					community++
				}
			}
		}
		extra := 0
		for _, n := range b.open {
			extra += n
		}
		d.occupied = 100 * float64(in) / float64(max(1, b.core+extra))
		d.community = 100 * float64(community) / float64(max(1, b.beds))
		used, open := 0, 0
		for place, f := range b.fill {
			if u := b.unit(place); u != nil && u.Kind == capacity.VirtualWard {
				used, open = used+f[0], open+f[1]
			}
		}
		if open > 0 {
			b.filled = append(b.filled, 100*float64(used)/float64(open))
		}
		for key, v := range b.visits {
			if v.gone {
				delete(b.visits, key)
			}
		}
		for who, at := range b.avoided {
			if now.Sub(at) > 73*time.Hour {
				delete(b.avoided, who)
			}
		}
		clear(b.closed) // a repeat comes within a minute
		b.next = b.eight(b.next, 1)
	}
}

func (b *ledger) visit(id string) *visitBook {
	v := b.visits[id]
	if v == nil {
		v = &visitBook{}
		b.visits[id] = v
	}
	return v
}

// hl7 reckons an ADT message, and gives when it happened.
func (b *ledger) hl7(m Message) (at capacity.Instant) {
	var trigger, who, visit, class, place, reason, mode string
	for segment := range bytes.SplitSeq(m.Body, []byte{'\r'}) {
		f := strings.Split(string(segment), "|")
		switch f[0] {
		case "EVN":
			t, err := time.ParseInLocation("20060102150405", f[2], b.zone)
			if err != nil {
				return at
			}
			trigger, at = f[1], capacity.At(t)
		case "PID":
			if f[1] == "1" {
				who = nhsOf(f[3])
			}
		case "PV1":
			if f[1] != "1" {
				continue
			}
			class, reason = f[2], f[4]
			p := append(strings.Split(f[3], "^"), "", "", "")
			place = capacity.JoinPlace(p[3], p[0])
			visit, _, _ = strings.Cut(f[19], "^")
		case "PV2":
			if len(f) > 38 {
				mode = f[38]
			}
		}
	}
	b.kinds[trigger]++
	u := b.unit(place)
	if u == nil {
		return at
	}
	if trigger == "A02" || trigger == "A03" {
		b.typed++
		if late := m.At.Sub(at); late > 4*time.Hour && trigger == "A03" {
			b.found++
		} else if late > 30*time.Minute {
			b.late++
		}
	}
	v := b.visit(visit)
	v.person = who
	day := b.dayOf(at)
	switch trigger {
	case "A04":
		mode = map[string]string{"A": "ambulance", "F": "walk_in"}[mode]
		b.arrives(v, who, mode, at, true)
	case "A01":
		v.unit, v.gone = u.ID, false
		if reason == "E" {
			day.emergency++
		}
		if v.came != 0 {
			b.admits(v, at)
		}
	case "A11":
		day.emergency--
		v.unit = ""
	case "A02", "A12", "A17":
		v.unit, v.gone = u.ID, false
	case "A13":
		if adultBeds(b.units[v.unit], u) {
			day.leavers--
		}
		v.unit, v.gone = u.ID, false
	case "A03":
		if v.came != 0 && class == "E" {
			b.stays = append(b.stays, at.Sub(v.came).Minutes())
		}
		if class == "I" {
			b.left++
			if adultBeds(b.units[v.unit], u) {
				day.leavers++
				b.leftHour[at.Time().In(b.zone).Hour()]++
				if v.path != "" {
					day.pathways[v.path[0]-'0']++
				}
			}
			if b.list[visit] {
				delete(b.list, visit)
				day.went++
			}
		}
		v.gone = true
	}
	return at
}

func adultBeds(from, at *capacity.Unit) bool {
	return from != nil && from.Class == capacity.AdultGA || at.Class == capacity.AdultGA || at.Kind == capacity.DischargeLounge
}

// nhsOf is the person among the identifiers of a patient.
func nhsOf(cx string) string {
	for id := range strings.SplitSeq(cx, "~") {
		if p := strings.Split(id, "^"); len(p) > 4 && p[4] == "NH" {
			return p[0]
		}
	}
	return ""
}

// arrives counts an attendance.
func (b *ledger) arrives(v *visitBook, who, mode string, at capacity.Instant, admits bool) {
	day := b.dayOf(at)
	v.came, v.mode, v.admits, v.person = at, mode, admits, who
	day.arrived++
	if claimed, ok := b.avoided[who]; ok && at.Sub(claimed) < 72*time.Hour {
		b.after++
		delete(b.avoided, who)
	}
	if !admits {
		return
	}
	day.type1++
	b.byHour[at.Time().In(b.zone).Hour()]++
	n := b.modes[mode]
	n[0]++
	b.modes[mode] = n
}

// admits counts that an attendance ends in a bed.
func (b *ledger) admits(v *visitBook, at capacity.Instant) {
	b.stays = append(b.stays, at.Sub(v.came).Minutes())
	n := b.modes[v.mode]
	n[1]++
	b.modes[v.mode] = n
	b.admitHour[v.came.Time().In(b.zone).Hour()]++
	if v.decided != 0 {
		b.waits = append(b.waits, at.Sub(v.decided).Minutes())
	}
	v.came = 0
}

// event reckons a CloudEvent, and gives when it happened.
func (b *ledger) event(m Message) (at capacity.Instant) {
	var e struct {
		Type string
		Time capacity.Instant
		Data details
	}
	if json.Unmarshal(m.Body, &e) != nil {
		return m.At
	}
	kind := strings.TrimSuffix(strings.TrimPrefix(e.Type, "flowcentre."), ".v1")
	b.kinds[kind]++
	d := &e.Data
	at = e.Time
	switch kind {
	case "ae.assessed", "ae.seen", "ae.referred", "discharge.planned", "ae.decided-to-admit":
		b.typed++
		if m.At.Sub(at) > 30*time.Minute {
			b.late++
		}
	}
	visit := d.Visit[strings.LastIndexByte(d.Visit, '/')+1:]
	u := b.unit(d.Place)
	switch kind {
	case "bed.census":
		for _, c := range d.Census {
			b.visit(c.Visit[strings.LastIndexByte(c.Visit, '/')+1:]).unit = b.unit(c.Place).ID
		}
	case "bed.admitted":
		b.visit(visit).unit = u.ID
	case "bed.discharged":
		b.visit(visit).gone = true
	case "bed.opened":
		if n := b.bays[d.Place]; n > 0 {
			b.open[d.Place] = n
		}
	case "bed.closed":
		delete(b.open, d.Place)
	case "ae.arrived":
		if u != nil && b.visits[visit] == nil { // no patient administration tells of it
			b.arrives(b.visit(visit), personOf(d), d.Mode, at, false)
		}
	case "ae.departed", "ae.streamed":
		if v := b.visits[visit]; v != nil && !v.admits && v.came != 0 {
			b.stays = append(b.stays, at.Sub(v.came).Minutes())
			v.gone = true
		}
	case "ae.decided-to-admit":
		if v := b.visits[visit]; v != nil {
			v.decided = at
		}
	case "ae.ambulance-arrived":
		b.outside[d.Ambulance] = at
		b.dayOf(at).ambulances++
	case "ae.ambulance-handed-over":
		b.handovers = append(b.handovers, at.Sub(b.outside[d.Ambulance]).Minutes())
		delete(b.outside, d.Ambulance)
	case "discharge.ready":
		b.list[visit] = true
		b.visit(visit).path = d.Pathway
	case "discharge.list":
		for _, l := range d.Discharges {
			v := l.Visit[strings.LastIndexByte(l.Visit, '/')+1:]
			b.list[v] = true
			b.visit(v).path = l.Pathway
		}
	case "discharge.not-ready":
		delete(b.list, visit)
	case "feed.heartbeat":
		if t := at.Time().In(b.zone); t.Hour() == 0 && t.Minute() < 20 {
			b.dayOf(at).remaining = len(b.list)
		}
	}
	b.community(kind, d, at, u)
	return at
}

// personOf is the NHS number that a fact tells of.
func personOf(d *details) string {
	for _, id := range append([]string{d.Patient}, d.Also...) {
		if n, ok := strings.CutPrefix(id, "NHS/NH/"); ok {
			return n
		}
	}
	return ""
}

// community reckons what is told of places, referrals, calls and transfers.
func (b *ledger) community(kind string, d *details, at capacity.Instant, u *capacity.Unit) {
	switch kind {
	case "community.places-reported":
		for _, s := range d.Places.Sorts {
			b.fill[capacity.Within(d.Place, s.Sort)] = [2]int{s.Used, s.Open}
		}
	case "community.referral-made":
		b.referrals[d.Referral] = &referralBook{made: at, person: personOf(d), convey: d.Intent == "convey"}
	case "community.referral-accepted", "community.referral-declined":
		b.answers[kind[len("community.referral-"):]]++
	case "community.referral-started":
		r := b.referrals[d.Referral]
		if r == nil || u == nil {
			return
		}
		r.kind, r.started = u.Kind, at
		if p := personOf(d); p != "" {
			r.person = p
		}
		b.dayOf(at).starts[u.Kind]++
		if u.Kind == capacity.UrgentResponse {
			b.response = append(b.response, at.Sub(r.made).Minutes())
		}
		if r.convey && (u.Home || u.Step == "up") {
			b.claims++
			b.avoided[r.person] = at
		}
	case "community.referral-ended":
		if r := b.referrals[d.Referral]; r != nil && r.kind == capacity.VirtualWard {
			b.homeStays = append(b.homeStays, at.Sub(r.started).Hours()/24)
		}
		delete(b.referrals, d.Referral)
	case "community.referral-cancelled":
		delete(b.referrals, d.Referral)
	case "community.call-raised":
		b.calls++
	case "bed.transfer-asked":
		b.transfers[d.Purpose]++
	}
}
