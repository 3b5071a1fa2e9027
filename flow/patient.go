package flow

import (
	"cmp"
	"slices"
	"strconv"

	"flowcentre/capacity"
)

// patient is everything told about one person, under one key.
type patient struct {
	key      string
	facts    []fact    // sorted by (happened, sequence)
	sitters  []*sitter // in the pictures of units
	requests []string  // its bed requests
	bookings []string  // transfers that have made some of them
	names    []string  // keys that merges ended in this one
	visits   []string  // visits that were moved to this one
	claims   []claim
	journeys []string // ambulance journeys by which its attendances came
	doubts   []string // contradictions its facts are in
	counted  tally    // what it counts for in history
	stays    int      // open ones
	doubted  bool     // is in two places, or in one that is gone
	last     capacity.Instant
	alarm    alarm
	dirty    bool
}

// patientOf is the patient of a key, by way of merges, made if need be.
func (s *State) patientOf(key string) *patient {
	if into, ok := s.merged[key]; ok {
		key = into
	}
	p := s.patients[key]
	if p == nil {
		p = &patient{key: key}
		s.patients[key] = p
	}
	return p
}

// knows tells whether anything is known of a patient: most corrections are of people who
// are not in hospital.
func (s *State) knows(key string) bool {
	if into, ok := s.merged[key]; ok {
		key = into
	}
	return s.patients[key] != nil
}

// owner is the patient that a fact belongs to: whoever its visit was moved to, else
// whoever it names. A list may tell a visit alone: its number then stands for the patient,
// until a fact tells whose visit it is.
func (s *State) owner(key, visit string) *patient {
	if visit == "" {
		return s.patientOf(key)
	}
	if to, ok := s.moved[visit]; ok {
		return s.patientOf(to)
	}
	if key == "" {
		return s.patientOf(visit)
	}
	p := s.patientOf(key)
	if alone := s.patients[visit]; alone != nil && alone != p {
		s.join(p, alone)
	}
	return p
}

// patientFact takes one fact about one patient, or holds it.
func (s *State) patientFact(e *Event) {
	f := factOf(e)
	switch {
	case !needsPlace(e):
		f.Place = s.hint(e.Feed, e.Data.Place)
	case e.Data.Place != "":
		at, reason := s.find(e.Feed, e.Data.Place)
		if reason != "" {
			s.hold(e, reason)
			return
		}
		f.Place = at
	}
	f.Prior = s.hint(e.Feed, e.Data.Prior)
	if !s.dept(f.Place.Unit) {
		f.Place.Bay = ""
	}
	f.Prior.Bay = ""
	if f.Kind == Updated && f.Place.Unit == "" && f.Due == 0 && f.Class == "" && (f.More == nil || !s.knows(e.Data.Patient)) {
		return
	}
	p, reason := s.whose(e, &f)
	if reason != "" {
		s.hold(e, reason)
		return
	}
	from := p.whereabouts()
	s.tell(p, f)
	if dischargeKind(f.Kind) {
		s.plans(cmp.Or(from, p.whereabouts()), e)
	}
	s.note(e, cmp.Or(f.Place, from))
}

// whereabouts is where the patient is held to be.
func (p *patient) whereabouts() ref {
	for _, c := range p.claims {
		if c.kind == in {
			return c.at
		}
	}
	return ref{}
}

// needsPlace tells the facts that say where a patient is or will be. For the others a
// place only helps. A clinic visit outside the layout is no business of this centre.
func needsPlace(e *Event) bool {
	switch e.Kind {
	case Transferred, TransferExpected, Returned, LeaveEnded, AttendanceArrived, AttendanceMoved, AttendanceStreamed, BedRequested:
		return e.Data.Place != ""
	case Admitted, ArrivalExpected, Updated:
		return e.Data.Class != Outpatient && e.Data.Class != Preadmit
	}
	return false
}

// swap takes both moves of a swap as one step: nobody is ever in two beds.
func (s *State) swap(e *Event) {
	here, reason := s.find(e.Feed, e.Data.Place)
	there, other := s.find(e.Feed, e.Data.Swap.Place)
	if reason = cmp.Or(reason, other); reason != "" {
		s.hold(e, reason)
		return
	}
	first, second := factOf(e), factOf(e)
	first.Place, second.Place = here, there
	second.Visit, second.Class = e.Data.Swap.Visit, ""
	a, b := s.owner(e.Data.Patient, first.Visit), s.owner(e.Data.Swap.Patient, second.Visit)
	if a == b {
		s.tell(a, first)
		s.note(e, here)
		return
	}
	s.insert(a, first)
	s.insert(b, second)
	s.vacate(a)
	s.vacate(b)
	s.derive(a)
	s.derive(b)
	s.note(e, here)
}

// merge makes two identities one patient. Facts of either, past and to come, are the
// facts of one.
func (s *State) merge(e *Event) {
	into, from := s.patientOf(e.Data.Patient), s.patientOf(e.Data.FromPatient)
	if into != from {
		into.heard(e.Recorded)
		s.join(into, from)
	}
}

// join ends one identity in another, with all that was told of it.
func (s *State) join(into, from *patient) {
	s.vacate(from)
	s.together(from)
	s.doubt(from, &course{})
	s.meet(from, &course{})
	s.recount(&from.counted, nil)
	s.drop(from)
	s.know(into, append(from.names, from.key), from.visits)
	for _, f := range from.facts {
		s.insert(into, f)
	}
	into.last = max(into.last, from.last)
	s.rederive(into)
}

// know records by which other keys and visits a patient is known.
func (s *State) know(p *patient, names, visits []string) {
	for _, n := range names {
		s.merged[n] = p.key
	}
	for _, v := range visits {
		if was := s.patients[s.moved[v]]; was != nil {
			was.visits = slices.DeleteFunc(was.visits, func(o string) bool { return o == v })
			s.changed.patient(was)
		}
		s.moved[v] = p.key
	}
	p.names = append(p.names, names...)
	p.visits = append(p.visits, visits...)
	s.changed.patient(p)
}

// moveVisit gives a visit to another patient, or another number, or both.
func (s *State) moveVisit(e *Event) {
	into := s.patientOf(e.Data.Patient)
	from := into
	if e.Data.FromPatient != "" {
		from = s.patientOf(e.Data.FromPatient)
	}
	if from != into {
		s.know(into, nil, slices.DeleteFunc([]string{e.Data.FromVisit, e.Data.Visit}, func(v string) bool { return v == "" }))
		kept := from.facts[:0:0]
		for _, f := range from.facts {
			if f.Visit == e.Data.FromVisit {
				s.insert(into, f)
			} else {
				kept = append(kept, f)
			}
		}
		from.facts = kept
		s.vacate(from)
		s.derive(from)
		if from.empty() {
			s.drop(from)
		}
	}
	s.tell(into, factOf(e))
}

// empty tells of a patient of whom nothing is known.
func (p *patient) empty() bool {
	return len(p.facts) == 0 && len(p.names) == 0 && len(p.visits) == 0
}

// tell adds a fact to a patient's list and derives the patient again.
func (s *State) tell(p *patient, f fact) {
	s.insert(p, f)
	s.rederive(p)
}

func (s *State) insert(p *patient, f fact) {
	i, _ := slices.BinarySearchFunc(p.facts, f, func(a, b fact) int {
		return cmp.Or(cmp.Compare(a.Happened, b.Happened), cmp.Compare(a.Seq, b.Seq))
	})
	p.heard(f.Recorded)
	p.facts = slices.Insert(p.facts, i, f)
	if len(p.facts) > maxFacts {
		p.thin()
	}
	s.changed.patient(p)
}

// heard notes when something was last recorded. Of a patient of whom nothing is known nothing
// is stored, so nothing is remembered either.
func (p *patient) heard(at capacity.Instant) {
	if p.empty() {
		p.last = 0
	}
	p.last = max(p.last, at)
}

// thin drops the oldest fact that the rest can best do without.
func (p *patient) thin() {
	if i := p.oftenCounted(); i > 0 {
		p.facts = slices.Delete(p.facts, i, i+1)
		return
	}
	for _, dispensable := range [][]Kind{
		{Updated, Away, Returned, LeaveStarted, LeaveEnded, DischargeExpected, DischargeExpectationCancelled},
		{TransferExpected, TransferExpectationCancelled, ArrivalExpected, ArrivalCancelled},
	} {
		if i := slices.IndexFunc(p.facts, func(f fact) bool { return slices.Contains(dispensable, f.Kind) }); i >= 0 {
			p.facts = slices.Delete(p.facts, i, i+1)
			return
		}
	}
	p.facts = slices.Delete(p.facts, 0, 1)
}

// oftenCounted is the oldest fact by which a census or list found the patient where the one
// before it and the one after it did, 0 for none.
func (p *patient) oftenCounted() int {
	same := func(a, b *fact) bool {
		return a.Kind == b.Kind && a.Visit == b.Visit && a.Place == b.Place
	}
	for i := 1; i+1 < len(p.facts); i++ {
		f := &p.facts[i]
		if (f.Kind == counted || f.Kind == listed) && same(&p.facts[i-1], f) && same(f, &p.facts[i+1]) {
			return i
		}
	}
	return 0
}

// rederive works out a patient again, changing only what came out different.
func (s *State) rederive(p *patient) {
	old := p.claims
	p.claims = make([]claim, 0, len(old)+2)
	s.work(p)
	for _, c := range old {
		if !slices.Contains(p.claims, c) {
			s.release(c)
		}
	}
	for _, c := range p.claims {
		if !slices.Contains(old, c) {
			s.lay(c)
		}
	}
	s.together(p)
}

// derive works out a patient whose claims were vacated.
func (s *State) derive(p *patient) {
	s.work(p)
	for _, c := range p.claims {
		s.lay(c)
	}
	s.together(p)
}

// vacate takes all of a patient's claims back.
func (s *State) vacate(p *patient) {
	for _, c := range p.claims {
		s.release(c)
	}
	p.claims = nil
	s.changed.patient(p)
}

// work derives the course and turns it into claims.
func (s *State) work(p *patient) {
	c := derive(p.key, p.facts, s.ground)
	if s.unlist(p, c) {
		c = derive(p.key, p.facts, s.ground)
	}
	s.doubt(p, c)
	s.meet(p, c)
	s.recount(&p.counted, c.tally())
	p.stays = 0
	for _, st := range c.stays {
		if st.phase == open {
			p.stays++
		}
		p.claims = st.claims(p, p.claims)
	}
	if x := c.expected; x.seq != 0 && x.at.Unit != "" {
		p.claims = append(p.claims, claim{kind: coming, at: x.at, patient: p, stay: p.key, since: x.recorded, seq: x.seq, due: x.due, lapse: lapse(x)})
	}
	for _, r := range c.requests {
		if r.open() && r.bed.Unit != "" {
			p.claims = append(p.claims, claim{kind: coming, at: r.bed, patient: p, stay: p.key, request: r.id, since: r.allocated.At, seq: r.allocated.Seq, due: r.until, lapse: r.lapse()})
		}
	}
	s.due.set(&p.alarm, p.last.Add(keepClosed), duePatient, p.key)
	s.pursue(p.key)
}

func (st *stay) claims(p *patient, to []claim) []claim {
	for _, d := range st.left {
		to = append(to, claim{kind: left, at: d.at, patient: p, stay: st.id, since: d.when, seq: d.seq})
	}
	if st.phase != open {
		return to
	}
	if st.at.Unit != "" {
		to = append(to, claim{kind: in, at: st.at, patient: p, stay: st.id, since: st.since, seq: st.seq, due: st.leaving, away: st.away, leave: st.leave, found: st.found, going: st.going()})
	}
	if st.next.seq != 0 {
		to = append(to, claim{kind: coming, at: st.next.at, patient: p, stay: st.id, since: st.next.recorded, seq: st.next.seq, due: st.next.due, lapse: lapse(st.next)})
	}
	return to
}

// going says whether the stay is expected to end.
func (st *stay) going() bool {
	return st.leaving != 0 || st.plan.Certainty != "" || st.plan.Due != 0
}

func lapse(x expectation) capacity.Instant {
	return max(x.due, x.recorded).Add(lapseAfter)
}

// lapse is when an allocation no longer keeps the bed.
func (r *request) lapse() capacity.Instant {
	if r.until != 0 {
		return r.until
	}
	return r.allocated.At.Add(lapseAfter)
}

// forget drops a patient who has no open stay and of whom nothing was heard for long.
func (s *State) forget(p *patient) {
	s.meet(p, derive(p.key, p.facts, s.ground))
	gone := p.last.Add(keepClosed)
	switch {
	case gone > s.at:
		s.due.set(&p.alarm, gone, duePatient, p.key)
	case p.stays > 0:
		s.due.set(&p.alarm, s.at.Add(keepClosed), duePatient, p.key)
	default:
		s.pursue(p.key)
		s.engrave(s.pursued)
		for _, c := range p.claims {
			if b := s.bed(c.at); b != nil && c.kind == left {
				b.told.Dirty.later(c.since, c.seq)
				s.changed.bed(b)
			}
		}
		s.vacate(p)
		s.doubt(p, &course{})
		s.meet(p, &course{})
		s.drop(p)
	}
}

// drop takes a patient out of the state.
func (s *State) drop(p *patient) {
	delete(s.patients, p.key)
	for _, n := range p.names {
		delete(s.merged, n)
	}
	for _, v := range p.visits {
		delete(s.moved, v)
	}
	s.changed.key(patientKey(p.key))
}

// patientsByKey are all patients in the order of their keys.
func (s *State) patientsByKey() []*patient {
	all := make([]*patient, 0, len(s.patients))
	for _, p := range s.patients {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *patient) int { return cmp.Compare(a.key, b.key) })
	return all
}

func itoa(n uint64) string { return strconv.FormatUint(n, 10) }
