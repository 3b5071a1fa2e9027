package flow

import (
	"cmp"
	"slices"

	"flowcentre/capacity"
)

// stay is an inpatient's time, or another visit, as derived from the facts.
type stay struct {
	id       string // visit, or patient and first sequence
	visit    string
	class    PatientClass
	phase    phase
	at       ref // where the patient is
	since    capacity.Instant
	seq      uint64           // the fact that put the patient there
	admitted capacity.Instant // in hospital since then, as a census tells
	found    bool             // a census found the patient there: since when is not known
	moves    []move           // that can be undone, oldest first
	began    beginning
	left     []departure
	ended    capacity.Instant
	endSeq   uint64
	away     bool
	leave    bool
	leaving  capacity.Instant // when the discharge is expected
	next     expectation      // where a transfer is expected to go
	met      expectation      // the pending admission that this stay fulfilled
	into     *stay            // the admission that this emergency visit ended in
	service  string           // specialty the patient is under
	sex      string
	segment  capacity.Segment
	goingTo  string      // destination of the discharge
	ae       *attendance // of a visit that came to A&E
	plan     capacity.Plan
	hasPlan  bool
	told     []*fact  // the facts that make the plan
	planned  []uint64 // and all there were of it
	events   []uint64 // all its facts
}

type phase uint8

const (
	open      phase = iota
	ended           // has left
	cancelled       // was never admitted
	deleted         // was entered in error
)

// move is where a transfer came from, to go back to when it is cancelled.
type move struct {
	at      ref
	since   capacity.Instant
	seq     uint64
	found   bool
	leaving capacity.Instant
	left    int // departures there were before the move
}

// beginning is when a stay came onto a ward, whatever was corrected since: zero before.
type beginning struct {
	unit string
	capacity.Moment
	found bool // a census found the patient there: it may have been earlier
}

// departure is a bed left, which then needs cleaning.
type departure struct {
	at   ref
	when capacity.Instant
	seq  uint64
}

// expectation is a place somebody is expected at.
type expectation struct {
	at       ref
	due      capacity.Instant
	recorded capacity.Instant
	seq      uint64 // zero when nothing is expected
}

// course is what a patient's facts amount to.
type course struct {
	stays    []*stay
	requests []*request
	expected expectation // a pending admission belongs to the patient, not to a visit
	doubts   []doubt
	numbers  map[string]string // visit numbers that became others
	orphans  []*fact           // of an attendance that nobody announced so far
	early    []*fact           // of a discharge, while no stay was known
	ground   ground
	traced   bool // keep which facts each stay, attendance and request is made of

	// What came before the fact it cancels, at the same moment.
	cancelledMove, cancelledEnd, cancelledStart map[*stay]capacity.Instant
}

// ground tells of a unit its site, and whether it is an A&E department.
type ground func(unit string) (site string, dept bool)

func (c *course) dept(unit string) bool {
	_, dept := c.ground(unit)
	return dept
}

func (c *course) site(unit string) string {
	site, _ := c.ground(unit)
	return site
}

// derive works out a patient's stays and requests from the facts, sorted by (happened,
// sequence), and from which units are A&E departments and of which site. It depends on nothing else, which
// is what makes late, cancelled and repeated facts come out right in whatever order they
// arrive.
func derive(patient string, facts []fact, ground ground) *course {
	return (&course{ground: ground}).follow(patient, facts)
}

// trace is derive, and keeps which facts each stay, attendance and request is made of.
func trace(patient string, facts []fact, ground ground) *course {
	return (&course{ground: ground, traced: true}).follow(patient, facts)
}

func (c *course) follow(patient string, facts []fact) *course {
	for i := range facts {
		c.take(patient, &facts[i])
	}
	c.join()
	return c
}

func (c *course) take(patient string, f *fact) {
	switch f.Kind {
	case ArrivalExpected:
		c.expected = expectation{f.Place, f.Due, f.Recorded, f.Seq}
		return
	case ArrivalCancelled:
		c.expected = expectation{}
		return
	case PatientDeleted:
		c.expected = expectation{}
		for _, s := range c.stays {
			s.end(deleted, f)
		}
		return
	case VisitMoved:
		c.renumber(f)
		return
	case AttendanceArrived, AttendanceAssessed, AttendanceSeen, AttendanceReferred, AttendanceMoved, DecidedToAdmit, ReadyToProceed,
		AttendanceStreamed, AttendanceDeparted, DepartureCancelled, AttendanceCancelled, listed, notListed:
		c.attendanceFact(patient, f)
		return
	case BedRequested, RequestReady, RequestLeft, RequestArrived, RequestCancelled, BedAllocated, AllocationEnded, booked, bookedBed, bookedLeft, bookedArrived, bookedCancelled:
		c.requestFact(f)
		return
	case DischargeReady, DischargeNotReady, DischargePlanned, DischargeDelayed, DischargeDelayEnded, DischargeFailed, StartAccepted, StartWithdrawn, dischargeListed, dischargeNotListed, takenOn, handedBack:
		c.dischargeFact(f)
		return
	}

	s, several := c.find(f)
	if several {
		c.doubts = append(c.doubts, doubt{AmbiguousStay, *f, c.stays[0].seq, nil})
		return
	}
	if s == nil {
		if s = c.begin(patient, f); s == nil {
			if f.Kind == AdmissionCancelled {
				c.cancelsNothing(nil, f)
			}
			return
		}
		if f.Kind == AdmissionCancelled {
			defer c.cancelsNothing(s, f)
		}
		c.foresee(s, f)
	}
	if settles(f.Kind) {
		c.doubts = slices.DeleteFunc(c.doubts, func(d doubt) bool { return d.about == nil || d.about == s })
	}
	switch f.Kind {
	case Admitted:
		c.admit(s, f)
	case Transferred, Swapped:
		c.transfer(s, f)
	case TransferCancelled:
		c.cancelTransfer(s, f)
	case Discharged:
		c.discharge(s, f)
	case DischargeCancelled:
		c.cancelDischarge(s, f)
	case MadeOutpatient:
		c.discharge(s, f)
		s.class = Outpatient
	case AdmissionCancelled:
		if c.cancelledStart == nil {
			c.cancelledStart = map[*stay]capacity.Instant{}
		}
		c.cancelledStart[s] = f.Happened
		c.cancelAdmission(s)
		s.end(cancelled, f)
	case VisitDeleted:
		s.end(deleted, f)
	case TransferExpected:
		if s.phase == open {
			s.next = expectation{f.Place, f.Due, f.Recorded, f.Seq}
		}
	case TransferExpectationCancelled:
		s.next = expectation{}
	case DischargeExpected:
		if s.phase == open {
			s.leaving = f.Due
		}
	case DischargeExpectationCancelled:
		s.leaving = 0
	case Updated:
		s.update(f)
	case Away:
		s.away = s.phase == open
	case Returned:
		s.away = false
		s.arrive(f)
	case LeaveStarted:
		s.leave = s.phase == open
	case LeaveEnded:
		s.leave = false
		s.arrive(f)
	case counted:
		c.count(s, f)
	case notCounted:
		if s.phase == open && s.at.Unit == f.Place.Unit {
			c.doubts = append(c.doubts, doubt{MissingFromCensus, *f, s.seq, s})
			s.at = ref{}
		}
	}
	c.beginning(s, f)
	s.describe(f)
	c.note(&s.events, f)
	c.attend(s, f)
	c.fulfil(s, f)
}

// beginning keeps when the stay came onto a ward, until that is undone.
func (c *course) beginning(s *stay, f *fact) {
	switch {
	case s.phase != open:
	case c.ward(s.at.Unit):
		if !s.began.Told() {
			s.began = beginning{s.at.Unit, capacity.Moment{At: s.since, Seq: s.seq}, s.found}
		}
	case (s.at.Unit != "" || f.Kind == TransferCancelled) && !slices.ContainsFunc(s.moves, func(m move) bool { return c.ward(m.at.Unit) }):
		s.began = beginning{}
	}
}

// settles tells the facts that end a doubt about where the patient is: they say it anew.
func settles(k Kind) bool {
	switch k {
	case Admitted, Transferred, Swapped, Discharged, DischargeCancelled, MadeOutpatient, AdmissionCancelled, VisitDeleted, counted:
		return true
	}
	return false
}

// find is the stay that a fact is about: the one with its visit number; without a
// number, the one open stay, one that holds a place before one that does not.
func (c *course) find(f *fact) (s *stay, several bool) {
	if f.Visit != "" {
		visit := f.Visit
		if n, ok := c.numbers[visit]; ok {
			visit = n
		}
		for _, s := range c.stays {
			if s.visit == visit {
				return s, false
			}
		}
		if s := c.onlyOpen(func(s *stay) bool { return s.visit == "" }); s != nil {
			s.visit = visit
			return s, false
		}
		return nil, false
	}
	if f.Kind == DischargeCancelled {
		for _, s := range slices.Backward(c.stays) {
			if s.phase == ended {
				return s, false
			}
		}
	}
	if s := c.onlyOpen(func(s *stay) bool { return s.at.Unit != "" }); s != nil {
		return s, false
	}
	if s := c.onlyOpen(func(*stay) bool { return true }); s != nil {
		return s, false
	}
	for _, s := range c.stays {
		if s.phase == open && f.Kind != Admitted && f.Kind != counted {
			return nil, true
		}
	}
	return nil, false
}

func (c *course) onlyOpen(also func(*stay) bool) *stay {
	var only *stay
	for _, s := range c.stays {
		if s.phase != open || !also(s) {
			continue
		}
		if only != nil {
			return nil
		}
		only = s
	}
	return only
}

// begin starts a stay that was not known before, for the kinds of fact that show that
// there is or was one. Corrections never do: they go on arriving after a discharge.
func (c *course) begin(patient string, f *fact) *stay {
	switch f.Kind {
	case Admitted, Transferred, Swapped, Returned, LeaveStarted, LeaveEnded, counted,
		TransferExpected, DischargeExpected, DischargeCancelled, TransferCancelled:
	case Discharged, AdmissionCancelled, VisitDeleted:
		if f.Visit == "" {
			return nil
		}
	default:
		return nil
	}
	s := &stay{visit: f.Visit, class: f.Class, id: f.Visit}
	if s.id == "" {
		s.id = patient + "#" + itoa(f.Seq)
	}
	if s.class == "" {
		s.class = Inpatient
	}
	c.stays = append(c.stays, s)
	return s
}

func (c *course) admit(s *stay, f *fact) {
	if s.phase == deleted || s.phase == cancelled && c.cancelledStart[s] >= f.Happened {
		return
	}
	if s.phase == ended && s.ended >= f.Happened {
		return
	}
	if s.phase != open {
		s.phase, s.ended, s.endSeq, s.moves, s.began = open, 0, 0, nil, beginning{}
	}
	if f.Class != "" {
		s.class = f.Class
	}
	if f.Due != 0 {
		s.leaving = f.Due
	}
	if f.Place.Unit != "" {
		s.to(f)
	}
	s.next = expectation{}
	if c.expected.seq != 0 && (s.class == Inpatient || f.Place.Unit != "") {
		s.met, c.expected = c.expected, expectation{}
	}
	if s.class == Inpatient {
		c.endEmergencies(s, f)
	}
}

// endEmergencies ends the emergency visits that an admission follows: patient systems
// give the inpatient stay a number of its own, and send nothing more of the other.
func (c *course) endEmergencies(admitted *stay, f *fact) {
	for _, s := range c.stays {
		if s != admitted && s.phase == open && s.class == Emergency {
			s.remember()
			s.depart(f)
			s.end(ended, f)
			s.into = admitted
			if a := s.ae; a != nil && !a.left.Told() {
				a.left, a.goingTo = capacity.Moment{At: f.Happened, Seq: f.Seq}, "admitted"
			}
		}
	}
}

// cancelAdmission brings back what the admission put an end to: that the patient was
// expected, or in A&E.
func (c *course) cancelAdmission(admitted *stay) {
	if c.expected.seq == 0 {
		c.expected = admitted.met
	}
	for _, s := range c.stays {
		if s.phase == ended && s.into == admitted {
			s.reopen()
			if a := s.ae; a != nil && c.dept(s.at.Unit) {
				a.left, a.goingTo = capacity.Moment{}, ""
			}
		}
	}
}

func (c *course) transfer(s *stay, f *fact) {
	switch {
	case s.phase == ended && s.ended < f.Happened:
		c.doubts = append(c.doubts, doubt{MovedAfterLeaving, *f, s.endSeq, s})
		return
	case s.phase != open:
		return
	case c.cancelledMove[s] == f.Happened:
		delete(c.cancelledMove, s)
		return
	}
	s.remember()
	s.to(f)
	s.next = expectation{}
}

// cancelTransfer undoes the latest transfer of our own history. The three dialects of
// A12 (reference in docs/hl7.md) differ in the places they name, so those count only
// when there is no history.
func (c *course) cancelTransfer(s *stay, f *fact) {
	if s.phase != open {
		return
	}
	if n := len(s.moves); n > 0 {
		m := s.moves[n-1]
		s.moves = s.moves[:n-1]
		s.at, s.since, s.seq, s.found, s.left = m.at, m.since, m.seq, m.found, s.left[:m.left]
		return
	}
	if f.Place.Unit != "" && f.Place != s.at {
		s.stand(f)
	}
	if c.cancelledMove == nil {
		c.cancelledMove = map[*stay]capacity.Instant{}
	}
	c.cancelledMove[s] = f.Happened
	c.cancelsNothing(s, f)
}

func (c *course) discharge(s *stay, f *fact) {
	if s.phase != open {
		return
	}
	if c.cancelledEnd[s] == f.Happened && f.Happened != 0 {
		delete(c.cancelledEnd, s)
		return
	}
	s.arrive(f)
	s.remember()
	s.depart(f)
	s.end(ended, f)
	s.goingTo = f.more().GoingTo
}

// cancelDischarge puts the patient back: where the message says, else where the
// patient was.
func (c *course) cancelDischarge(s *stay, f *fact) {
	switch s.phase {
	case ended:
		s.reopen()
		if f.Place.Unit != "" && f.Place != s.at {
			s.stand(f)
		}
	case open:
		if s.at.Unit == "" && f.Place.Unit != "" {
			s.stand(f)
		}
		if c.cancelledEnd == nil {
			c.cancelledEnd = map[*stay]capacity.Instant{}
		}
		c.cancelledEnd[s] = f.Happened
		c.cancelsNothing(s, f)
	case cancelled, deleted:
	}
}

// cancelsNothing notes that what a fact cancels was not told. It may be on its way, with the
// same moment; of whom a census found, it was before there was a centre.
func (c *course) cancelsNothing(s *stay, f *fact) {
	if s == nil || !s.found {
		c.doubts = append(c.doubts, doubt{CancelsNothing, *f, 0, s})
	}
}

func (c *course) count(s *stay, f *fact) {
	if f.Due != 0 && (s.admitted == 0 || f.Due < s.admitted) {
		s.admitted = f.Due
	}
	switch {
	case s.phase == open && s.at != f.Place && s.seq == f.Seq:
		c.doubts = append(c.doubts, doubt{InTwoBeds, *f, s.seq, s})
	case s.phase == open && s.at != f.Place:
		s.to(f)
		s.found = true
	case s.phase == ended && s.ended < f.Happened:
		c.doubts = append(c.doubts, doubt{CountedAfterLeaving, *f, s.endSeq, s})
	}
}

func (c *course) renumber(f *fact) {
	if f.Visit == "" || f.Visit == f.FromVisit {
		return
	}
	if c.numbers == nil {
		c.numbers = map[string]string{}
	}
	c.numbers[f.FromVisit] = f.Visit
	for _, s := range c.stays {
		if s.visit == f.FromVisit {
			s.visit = f.Visit
		}
	}
}

// reopen undoes the end of a stay: the patient is where the patient was.
func (s *stay) reopen() {
	s.phase, s.ended, s.endSeq, s.into = open, 0, 0, nil
	if n := len(s.moves); n > 0 {
		m := s.moves[n-1]
		s.moves = s.moves[:n-1]
		s.at, s.since, s.seq, s.found, s.leaving, s.left = m.at, m.since, m.seq, m.found, m.leaving, s.left[:m.left]
	}
}

// remember keeps where the patient is, to go back to.
func (s *stay) remember() {
	s.moves = append(s.moves, move{s.at, s.since, s.seq, s.found, s.leaving, len(s.left)})
}

// to moves the patient; the bed left behind needs cleaning.
func (s *stay) to(f *fact) {
	if s.at == f.Place {
		return
	}
	s.depart(f)
	s.stand(f)
	s.away = false
}

// stand puts the patient where the fact says, since it says so.
func (s *stay) stand(f *fact) {
	s.at, s.since, s.seq, s.found = f.Place, f.Happened, f.Seq, false
}

// arrive moves the patient if the fact names another place than the one we hold.
func (s *stay) arrive(f *fact) {
	if s.phase == open && f.Place.Unit != "" {
		s.to(f)
	}
}

func (s *stay) depart(f *fact) {
	if s.at.Bed != "" {
		s.left = append(s.left, departure{s.at, f.Happened, f.Seq})
	}
}

// update takes a correction: the patient was in the corrected place all along, so the
// wrong bed does not need cleaning.
func (s *stay) update(f *fact) {
	if s.phase != open {
		return
	}
	if f.Class != "" {
		s.class = f.Class
	}
	if f.Due != 0 {
		s.leaving = f.Due
	}
	if f.Place.Unit != "" && f.Place != s.at {
		if len(s.moves) == 0 && s.began.unit == s.at.Unit {
			s.began.unit = f.Place.Unit
		}
		s.stand(f)
	}
}

// note keeps a fact among those that something is made of.
func (c *course) note(events *[]uint64, f *fact) {
	if n := len(*events); c.traced && (n == 0 || (*events)[n-1] != f.Seq) {
		*events = append(*events, f.Seq)
	}
}

// describe takes what a fact says of the patient beside the place.
func (s *stay) describe(f *fact) {
	if d := f.More; d != nil {
		s.service, s.sex = cmp.Or(d.Service, s.service), cmp.Or(d.Sex, s.sex)
		d.segment(&s.segment)
	}
}

// path is where the stay has been, oldest first: what moves can be undone, and the place
// now.
func (s *stay) path() []move {
	path := slices.Clone(s.moves)
	if s.at.Unit != "" {
		path = append(path, move{at: s.at, since: s.since, seq: s.seq, found: s.found})
	}
	return path
}

// last is the end of the path, if there is any.
func (s *stay) last() (move, bool) {
	if s.at.Unit != "" {
		return move{at: s.at, since: s.since, seq: s.seq, found: s.found}, true
	}
	if n := len(s.moves); n > 0 {
		return s.moves[n-1], true
	}
	return move{}, false
}

func (s *stay) end(how phase, f *fact) {
	s.phase, s.ended, s.endSeq = how, f.Happened, f.Seq
	s.at, s.next, s.leaving, s.away, s.leave = ref{}, expectation{}, 0, false, false
	if how != ended {
		s.left, s.moves, s.began = nil, nil, beginning{}
	}
}
