package flow

import (
	"time"

	"flowcentre/capacity"
)

// Retention of what the state keeps; the whole table is in docs/ARCHITECTURE.md.
const (
	keepClosed     = 8 * 24 * hour  // a patient with no open stay, after the last fact
	keepIDs        = 30 * 24 * hour // ids of logged events, after they were recorded
	keepTombstones = hour           // removals from the view
	lapseAfter     = 24 * hour      // a reservation, after it fell due or was recorded, whichever is later
	maxHeld        = 10_000         // held facts of one feed; further ones are counted
	maxFeeds       = 1_000          // feeds that speak without being in the layout
	maxFacts       = 400            // facts of one patient
)

// State is the whole of what the centre knows. It belongs to one goroutine; only what
// Seen and View return may be used by others.
type State struct {
	epoch string
	seq   uint64
	at    capacity.Instant

	layout     layout
	units      map[string]*unit
	ground     ground         // made once
	places     map[string]ref // every name by which a feed may mean a place
	patients   map[string]*patient
	merged     map[string]string // a patient key that a merge ended, to the one it became
	moved      map[string]string // a visit that was moved, to the patient it moved to
	touched    []*bed            // beds to look at again before the event is done
	feeds      map[string]*feed
	reports    reports
	ambulances map[string]*ambulance
	referrals  map[string]*referral
	referred   index    // by a patient's key, the referrals that name it
	called     index    // by an ambulance journey, the referrals that name it
	pursued    []string // referrals to look at again before the event is done
	calls      map[string]*call
	requests   map[string]string // a bed request's id, to the patient it is of
	wanted     map[string]int    // how many held facts wait for a request
	awaited    bool              // one of them has come
	carries    index             // by a patient's key, the journeys whose facts name it
	aboards    index             // by a journey, the patients whose attendances name it
	decisions  []*decision       // the newest, oldest first
	links      map[string]*link  // by the hash of the token
	statuses   map[string]*status
	agreements map[string]*agreement
	transfers  map[string]*transfer
	ferried    map[string]int    // how many transfers each site has
	bookings   map[string]string // the bed request that a transfer makes or has joined
	offers     index             // by a unit, the transfers with a bed of it
	levels     map[string]*level // by scope
	alerts     map[string]*alert
	tolls      tolls
	actions    map[string]*action
	meetings   map[string]*meeting
	held       map[uint64]*Event
	items      map[string]*contradiction
	seen       *Seen
	history    history
	cuts       cuts
	due        dueIndex

	changed changes
	view    projection
}

// New is the state before the first event. epoch names this history: views of another
// epoch are not comparable.
func New(epoch string) *State {
	s := &State{
		epoch:      epoch,
		units:      map[string]*unit{},
		places:     map[string]ref{},
		patients:   map[string]*patient{},
		merged:     map[string]string{},
		moved:      map[string]string{},
		feeds:      map[string]*feed{},
		reports:    newReports(),
		ambulances: map[string]*ambulance{},
		requests:   map[string]string{},
		referrals:  map[string]*referral{}, referred: index{}, called: index{}, calls: map[string]*call{},
		wanted:     map[string]int{},
		carries:    index{},
		aboards:    index{},
		links:      map[string]*link{},
		statuses:   map[string]*status{},
		agreements: map[string]*agreement{},
		transfers:  map[string]*transfer{},
		ferried:    map[string]int{},
		bookings:   map[string]string{},
		offers:     index{},
		levels:     map[string]*level{},
		alerts:     map[string]*alert{},
		actions:    map[string]*action{},
		meetings:   map[string]*meeting{},
		held:       map[uint64]*Event{},
		items:      map[string]*contradiction{},
		seen:       newSeen(),
		history:    newHistory(),
		cuts:       cuts{units: map[string][]filed{}},
		changed:    newChanges(),
		view:       newProjection(),
	}
	s.ground = func(unit string) (string, bool) { return s.siteOf(unit), s.dept(unit) }
	return s
}

// Seq is the sequence of the last event applied.
func (s *State) Seq() uint64 { return s.seq }

// At is the centre's time: that of the latest tick.
func (s *State) At() capacity.Instant { return s.at }

// Epoch names this history.
func (s *State) Epoch() string { return s.epoch }

// Seen is the index of ids already in the log.
func (s *State) Seen() *Seen { return s.seen }

// Apply folds the event that follows the last one into the state. It is total: a fact
// that fits nothing becomes a held fact or a contradiction, never an error. The caller
// sees to it that e.Seq is Seq()+1.
func (s *State) Apply(e *Event) {
	s.seq = e.Seq
	switch e.Kind {
	case Tick:
		s.tick(e.Happened)
	case LayoutFrame, LayoutUnit, LayoutCommit:
		s.stage(e)
	case FeedReported:
		s.report(e)
	default:
		if e.ID == "" {
			s.unreadable(e)
		} else if s.hear(e) {
			s.fact(e)
			s.unlaid(e)
			s.minute(e)
		}
	}
	if s.awaited {
		s.awaited = false
		s.retry()
	}
	s.lookAfter()
	s.lookAgain()
	if s.cuts.due {
		s.takeCut()
	}
}

// fact applies what a producer says has happened, or holds it when it names a place
// that nobody knows. It is also the way by which a held fact is tried again.
func (s *State) fact(e *Event) {
	switch e.Kind {
	case BedStatusTold, CleaningStarted, Cleaned, BedClosed, BedOpened:
		s.bedFact(e)
	case CensusTaken:
		s.census(e)
	case Swapped:
		s.swap(e)
	case PatientMerged:
		s.merge(e)
	case VisitMoved:
		s.moveVisit(e)
	case ListTaken:
		s.list(e)
	case DischargeListTaken:
		s.dischargeList(e)
	case AmbulanceInbound, AmbulanceArrived, AmbulanceHandedOver, AmbulanceClear, AmbulanceCancelled:
		s.ambulanceFact(e)
	case AlertFired, AlertResolved:
		s.alertFact(e)
	case BedAllocated, AllocationEnded, ContradictionSettled, LinkIssued, LinkRevoked, AgreementAsked, AgreementAnswered, AgreementEnded,
		AlertTaken, AlertHandedOn, AlertNotNow, AlertShelved, Noted,
		ActionRaised, ActionAssigned, ActionExtended, ActionBlocked, ActionDone, ActionNotPossible, MeetingOpened, MeetingSigned:
		s.decide(e)
	case OutagePlanned:
		s.planOutage(e)
	case FigureReported:
		s.reportFigure(e)
	case StatusDeclared:
		s.declare(e)
	case PlacesReported, StillTrue, ReportWithdrawn:
		s.placesFact(e)
	case ReferralMade, ReferralOffered, ReferralAccepted, ReferralDeclined, AcceptanceWithdrawn, ReferralStarted, ReferralEnded, ReferralCancelled, NotConveyed:
		s.referralFact(e)
	case CallRaised, CallAnswered, CallClosed:
		s.callFact(e)
	case SiteTransferAsked, SiteTransferAccepted, SiteTransferDeclined, SiteTransferOffered, SiteTransferLeft, SiteTransferArrived, SiteTransferWithdrawn:
		s.transferFact(e)
	case Unknown, Heartbeat:
	default:
		s.patientFact(e)
	}
}

// tick moves time, never backwards, and lets happen what fell due.
func (s *State) tick(to capacity.Instant) {
	was := s.at
	if to <= was {
		return
	}
	s.cuts.passes(s.zone(), s.at, to)
	s.at = to
	s.changed.clock = true
	for d, ok := s.due.pop(to); ok; d, ok = s.due.pop(to) {
		s.settle(d)
	}
	s.lookAgain()
	if minute := capacity.Instant(assessEvery / time.Millisecond); was/minute != to/minute {
		s.assess()
		s.enterAll()
		s.reviewActions()
		s.reviewMeetings()
		s.reviewAlerts()
	}
}
