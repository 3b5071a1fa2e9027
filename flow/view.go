package flow

import "flowcentre/capacity"

// View is one published state, as people and programs see it: the answer of the API
// and the content of the wall. A View and everything under it never changes once
// published; a unit, site or feed that did not change is the same pointer as in the
// View before. All slices are in a fixed order: sites, units and feeds as laid out,
// contradictions and held facts oldest first. Instants, never ages.
type View struct {
	Epoch  string           `json:"epoch"` // new when the store is created, restored or reset
	Seq    uint64           `json:"seq"`   // the last event applied
	At     capacity.Instant `json:"at"`    // the centre's clock
	Digest string           `json:"digest"`

	System         *SystemView          `json:"system"`
	Sites          []*SiteView          `json:"sites"`
	Units          []*UnitView          `json:"units"`
	Feeds          []*FeedView          `json:"feeds"`
	Contradictions []*ContradictionView `json:"contradictions"` // open ones
	Held           []*HeldView          `json:"held"`
	Measures       []*MeasuresView      `json:"measures"`    // system, organisations, sites, units; each in the order of the layout
	Attendances    []*AttendanceView    `json:"attendances"` // open ones, by unit as laid out, then by arrival
	Ambulances     []*AmbulanceView     `json:"ambulances"`  // inbound and waiting, by unit, then by when due or arrived
	Requests       []*RequestView       `json:"requests"`    // open ones, by site as laid out, then by when asked
	Discharges     []*DischargeView     `json:"discharges"`  // stays with a discharge plan, by unit as laid out, then by key
	Decisions      []*DecisionView      `json:"decisions"`   // the newest 200, newest last
	Referrals      []*ReferralView      `json:"referrals"`   // by when made
	Calls          []*CallView          `json:"calls"`       // by when raised
	Transfers      []*TransferView      `json:"transfers"`   // by when asked
	Statuses       []*StatusView        `json:"statuses"`    // by scope, then in the order of the list
	Agreements     []*AgreementView     `json:"agreements"`  // by when asked
	Levels         []*LevelView         `json:"levels"`      // system, pillars, organisations, sites
	Alerts         []*AlertView         `json:"alerts"`      // open ones and those over for less than two local days, by when they fired
	Actions        []*ActionView        `json:"actions"`     // the same, by when raised
	Meetings       []*MeetingView       `json:"meetings"`    // bed meetings of the last eight days, oldest first
	Rules          []*RuleCount         `json:"-"`           // of alerts, by name
	Shifts         []*ShiftCount        `json:"-"`           // the newest 28, oldest first
	Links          []*LinkView          `json:"-"`           // by unit, then by when issued
	Gone           []Tombstone          `json:"-"`           // what was removed in the last hour, oldest first
	drawings       []*drawing           // of all units, as laid out
	zone           capacity.Zone
	localities     []capacity.Locality
	history        *chronicle
	Cuts           []*CutView `json:"-"` // the newest 35, oldest first
	Floor          uint64     `json:"-"` // removals up to this sequence are forgotten: no delta from before it
}

// Tombstone tells that something was removed from the view.
type Tombstone struct {
	Kind    string // units, sites, feeds, contradictions, held, measures, attendances, ambulances, requests, discharges, decisions, referrals, calls, transfers, statuses, agreements, levels, alerts, actions or meetings
	ID      string
	Version uint64
}

// SystemView is the whole system on one line.
type SystemView struct {
	ID       string                        `json:"id"`
	Name     string                        `json:"name"`
	TimeZone string                        `json:"time_zone"`
	Version  uint64                        `json:"version"` // sequence of the last change
	Classes  map[capacity.BedClass]*Figure `json:"classes"`
	Last     *Change                       `json:"last,omitempty"`
	Layout   uint64                        `json:"layout_revision"`
	LayoutID string                        `json:"layout_digest"` // of the layout in force

	Localities []LocalityView     `json:"localities,omitempty"` // as laid out
	Contacts   []capacity.Contact `json:"contacts,omitempty"`   // where roles are reached
	Cards      []capacity.Card    `json:"cards,omitempty"`      // actions that can be asked for
}

// LocalityView is a town or neighbourhood by its name.
type LocalityView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Figure is a tally with what it leaves out: units that have not told who is on them
// are in Total and Closed only, and are named in Unknown. What Total has beyond Open
// and Closed is beds of which nothing is known.
type Figure struct {
	Beds    capacity.Tally   `json:"beds"`
	Unknown []string         `json:"unknown"`         // units, as laid out
	Silent  []string         `json:"silent"`          // feeds among its inputs that are silent
	AsOf    capacity.Instant `json:"as_of,omitempty"` // when its oldest input last spoke
}

// SiteView is one site.
type SiteView struct {
	ID           string                        `json:"id"`
	Name         string                        `json:"name"`
	Short        string                        `json:"short"`
	Organisation string                        `json:"organisation"`
	Kind         capacity.SiteKind             `json:"kind"`
	Version      uint64                        `json:"version"`
	Classes      map[capacity.BedClass]*Figure `json:"classes"`
}

// UnitView is one unit. While Known is false nobody has told who is on it: its
// Beds count only what was seen since, and must not be shown as the truth.
type UnitView struct {
	ID          string            `json:"id"`
	Site        string            `json:"site"`
	Name        string            `json:"name"`
	Kind        capacity.UnitKind `json:"kind"`
	Class       capacity.BedClass `json:"class"`
	Assumed     bool              `json:"assumed"`
	Version     uint64            `json:"version"`
	Known       bool              `json:"known"`
	KnownSince  capacity.Instant  `json:"known_since,omitempty"`
	Told        capacity.Instant  `json:"told,omitempty"` // when anything was last recorded about it
	Silent      bool              `json:"silent"`         // a feed that says who is on it is silent
	Feeds       []string          `json:"feeds"`
	PressureAt  int               `json:"pressure_at"`
	FullAt      int               `json:"full_at"`
	CleanIn     int               `json:"clean_within_s"`
	Beds        capacity.Tally    `json:"beds"`
	NoBed       int               `json:"without_bed"`           // patients on the unit without a bed
	Leaving     int               `json:"leaving"`               // patients whose discharge is expected, whenever that is
	Expected    int               `json:"expected"`              // patients who are to come
	Places      []PlaceView       `json:"places"`                // its beds, as laid out
	Slots       *SlotsView        `json:"slots,omitempty"`       // of a unit with places instead of beds
	Specialties []string          `json:"specialties,omitempty"` // service codes whose patients belong here; absent for any
	Serves      []string          `json:"serves,omitempty"`      // localities whose calls a co-ordination centre takes; absent for all
}

// PlaceView is one bed.
type PlaceView struct {
	ID           string            `json:"id"` // unique in its unit
	Bay          string            `json:"bay,omitempty"`
	SideRoom     bool              `json:"side_room,omitempty"`
	Escalation   bool              `json:"escalation,omitempty"`
	State        capacity.BedState `json:"state"`
	Since        capacity.Instant  `json:"since,omitempty"`    // true since, as the producers say
	AtLeast      bool              `json:"at_least,omitempty"` // a census found it so at Since; it may have been so for longer
	Stay         string            `json:"stay,omitempty"`     // short key of who is in it, the same for the whole stay
	Also         string            `json:"also,omitempty"`     // a second stay in the same bed: a contradiction that is shown or was settled
	Away         bool              `json:"away,omitempty"`
	Leave        bool              `json:"leave,omitempty"`
	Leaving      capacity.Instant  `json:"leaving,omitempty"` // when its patient is expected to leave
	Isolated     bool              `json:"isolated,omitempty"`
	Contaminated bool              `json:"contaminated,omitempty"`
	AssumedClean bool              `json:"assumed_clean,omitempty"`
	Dirty        capacity.Instant  `json:"dirty,omitempty"`    // needs cleaning since
	Cleaning     capacity.Instant  `json:"cleaning,omitempty"` // being cleaned since
	ClosedReason string            `json:"closed_reason,omitempty"`
	Until        capacity.Instant  `json:"until,omitempty"`        // of a closure or reservation
	ReservedFor  string            `json:"reserved_for,omitempty"` // short key
	Sex          string            `json:"sex,omitempty"`          // whose bay it is: laid out, or of the patients in it; never of one person
}

// Feed states.
const (
	FeedNever      = "never" // nothing came yet
	FeedOnTime     = "on_time"
	FeedSilent     = "silent"      // nothing came for longer than is expected at that time of the week
	FeedOutage     = "outage"      // silent, as planned
	FeedCatchingUp = "catching_up" // a burst of late facts is coming in
)

// FeedStates are all states that a feed can be in.
var FeedStates = []string{FeedNever, FeedOnTime, FeedSilent, FeedOutage, FeedCatchingUp}

// FeedView is one feed. One that fell silent is a matter for its owner.
type FeedView struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Owner      string           `json:"owner"`
	Every      int              `json:"every_s"`   // as laid out
	Expects    int              `json:"expects_s"` // at this time of the week; 0 when nothing is expected
	Supplies   []string         `json:"supplies"`
	Version    uint64           `json:"version"`
	State      string           `json:"state"`
	Since      capacity.Instant `json:"since,omitempty"` // when it fell silent, its outage began or it began to catch up
	Connected  bool             `json:"connected"`
	Last       capacity.Instant `json:"last,omitempty"`     // when anything last came
	Happened   capacity.Instant `json:"happened,omitempty"` // newest time at which a fact happened
	Logged     uint64           `json:"logged"`
	Duplicates uint64           `json:"duplicates"`
	Ignored    uint64           `json:"ignored"`
	Refused    uint64           `json:"refused"`
	Held       int              `json:"held"`
	Sent       uint64           `json:"sent"`     // by the count in its heartbeats, since the first
	Received   uint64           `json:"received"` // since then: logged, ignored or refused
	Missing    uint64           `json:"missing"`  // sent before its newest heartbeat, and has not come
	Restarts   uint64           `json:"restarts"` // how often its count began anew
	Late       uint64           `json:"late"`     // facts that came more than 15 minutes after they happened
	Skew       int              `json:"skew_s"`   // the most that its clock was ahead in the last hour
	first      capacity.Instant // when it first spoke
	quiet      capacity.Instant // while it is silent or out: history has it up to then
	Outages    []OutageView     `json:"outages"`  // planned ones, soonest first; the state tells whether one is on
	Refusals   []Refusal        `json:"refusals"` // newest last, at most 5
	Unlaid     []UnlaidView     `json:"unlaid"`   // areas of A&E that it names and the layout has not, sorted; at most 20, and the others as *
}

// UnlaidView is an area of an A&E department that is not laid out. Who is there counts in the
// department, without an area.
type UnlaidView struct {
	Place string `json:"place"` // as the feed names it
	Times uint64 `json:"times"`
}

// OutageView is a time in which a feed will be silent.
type OutageView struct {
	From   capacity.Instant `json:"from"`
	Until  capacity.Instant `json:"until"`
	Reason string           `json:"reason,omitempty"`
	Role   string           `json:"role,omitempty"`
}

// Change is the latest thing that happened, for the foot of the wall.
type Change struct {
	Seq  uint64           `json:"seq"`
	At   capacity.Instant `json:"at"`
	Type string           `json:"type"`
	Unit string           `json:"unit"`
	Bed  string           `json:"bed,omitempty"`
}

// ContradictionView is two facts that cannot both be so, once its grace is over.
type ContradictionView struct {
	ID      string           `json:"id"`
	Kind    string           `json:"kind"`
	Unit    string           `json:"unit,omitempty"`
	Bed     string           `json:"bed,omitempty"`
	Stays   []string         `json:"stays,omitempty"` // short keys
	Owner   string           `json:"owner"`           // the role whose it is to settle; see ContradictionKinds
	Since   capacity.Instant `json:"since"`           // true since, as the producers say
	Raised  capacity.Instant `json:"raised"`          // shown since
	Grace   int              `json:"grace_s"`         // how long its kind is kept back, as clerks enter moves late
	Events  []uint64         `json:"events"`          // sequences of the facts
	Version uint64           `json:"version"`
}

// HeldView is a fact that names a place, feed, measure or scope nobody knows, kept until a
// layout does.
type HeldView struct {
	Seq      uint64           `json:"seq"`
	Feed     string           `json:"feed"`
	Type     string           `json:"type"`
	Place    string           `json:"place"`  // what it names: a place, or by its reason a sort of places, referral, call, feed, measure or scope
	Reason   string           `json:"reason"` // unknown_place, unknown_sort, unknown_request, unknown_referral, unknown_call, unknown_feed, unknown_measure, unknown_scope; not_its_unit: the feed may not speak for it; not_a_unit: a census of a bed or bay
	Happened capacity.Instant `json:"happened"`
}

// MeasuresView is every measure that a scope has, by its name in the catalogue
// (capacity.Measures). Those that mean nothing for the scope are left out.
type MeasuresView struct {
	ID      string                   `json:"id"` // the scope: system, organisation/<id>, site/<id> or unit/<id>
	Version uint64                   `json:"version"`
	Values  map[string]*MeasureValue `json:"values"`
}

// MeasureValue is one figure with all that makes it believable or not.
type MeasureValue struct {
	Version  uint64           `json:"-"`                  // sequence of the last change
	Value    *float64         `json:"value"`              // in the measure's unit; null when nothing is known, which is not 0
	Of       int64            `json:"of,omitempty"`       // the denominator of a share, how many a mean or median is over, or the beds to spare where a shortfall is of others
	At       capacity.Instant `json:"at,omitempty"`       // of a measure that is a moment: the longest wait's start, the next breach
	AsOf     capacity.Instant `json:"as_of,omitempty"`    // when its oldest input last spoke; absent while all are on time
	Small    bool             `json:"small,omitempty"`    // fewer than the measure's least size: no share is given
	Missing  []Missing        `json:"missing,omitempty"`  // what it leaves out
	Reported *ReportedView    `json:"reported,omitempty"` // what a person told instead, or what the feed's word has replaced
}

// Missing is an input that a figure lacks.
type Missing struct {
	Unit   string `json:"unit,omitempty"`
	Site   string `json:"site,omitempty"`   // of a balance: all of the site, or what of it Supply says
	Supply string `json:"supply,omitempty"` // the part that is lacking; the figure has the rest
	Feed   string `json:"feed,omitempty"`
	Why    string `json:"why"` // not_sent: no feed tells it; never: nothing came yet; silent; unknown: no census yet; no_list: no list yet of everybody who is to leave; outage; expired: what the unit told of its places is old
}

// ReportedView is a figure that a person told.
type ReportedView struct {
	Seq        uint64           `json:"seq"`
	Value      float64          `json:"value"`
	At         capacity.Instant `json:"at"` // when it was so
	How        string           `json:"how"`
	Role       string           `json:"role"`
	Superseded capacity.Instant `json:"superseded,omitempty"` // the feed has spoken since: its word stands
	Difference *float64         `json:"difference,omitempty"` // then: the feed's figure less this one
}

// AttendanceView is one patient in A&E.
type AttendanceView struct {
	ID        string           `json:"id"`
	Version   uint64           `json:"version"`
	Key       string           `json:"key"` // short key, the same for the whole attendance
	Unit      string           `json:"unit"`
	Area      string           `json:"area,omitempty"`
	Mode      string           `json:"mode,omitempty"`
	Acuity    string           `json:"acuity,omitempty"`
	Service   string           `json:"service,omitempty"`
	Arrived   capacity.Instant `json:"arrived"`
	Assessed  capacity.Instant `json:"assessed,omitempty"`
	Seen      capacity.Instant `json:"seen,omitempty"`
	Referred  capacity.Instant `json:"referred,omitempty"`
	Requested capacity.Instant `json:"requested,omitempty"`
	Decided   capacity.Instant `json:"decided,omitempty"`
	Ready     capacity.Instant `json:"ready,omitempty"`
	Events    []uint64         `json:"events"` // sequences of its facts, oldest first
}

// AmbulanceView is one ambulance journey.
type AmbulanceView struct {
	ID      string           `json:"id"` // unit/number
	Version uint64           `json:"version"`
	Unit    string           `json:"unit"`
	Due     capacity.Instant `json:"due,omitempty"`
	Arrived capacity.Instant `json:"arrived,omitempty"`
	Events  []uint64         `json:"events"`
}

// RequestView is one open bed request.
type RequestView struct {
	ID        string            `json:"id"`
	Version   uint64            `json:"version"`
	Key       string            `json:"key"`
	Unit      string            `json:"unit"`
	Site      string            `json:"site"`
	Origin    string            `json:"origin"`
	Service   string            `json:"service,omitempty"`
	Wants     capacity.BedClass `json:"wants"`
	Needs     []string          `json:"needs"`
	Requested capacity.Instant  `json:"requested"`
	Decided   capacity.Instant  `json:"decided,omitempty"` // decision to admit
	Due       capacity.Instant  `json:"due,omitempty"`
	Bed       string            `json:"bed,omitempty"` // allocated: unit/bed, or a unit
	Allocated capacity.Instant  `json:"allocated,omitempty"`
	Until     capacity.Instant  `json:"until,omitempty"`
	Role      string            `json:"role,omitempty"` // who allocated it
	Ready     capacity.Instant  `json:"ready,omitempty"`
	Left      capacity.Instant  `json:"left,omitempty"`
	Events    []uint64          `json:"events"`
}

// DischargeView is the discharge plan of one stay.
type DischargeView struct {
	ID        string           `json:"id"`
	Version   uint64           `json:"version"`
	Key       string           `json:"key"`
	Unit      string           `json:"unit"`
	Bed       string           `json:"bed,omitempty"`
	Expected  capacity.Instant `json:"expected,omitempty"`
	NCTR      capacity.Instant `json:"nctr,omitempty"` // since when the patient no longer meets the criteria to reside
	Pathway   string           `json:"pathway,omitempty"`
	Certainty string           `json:"certainty,omitempty"`
	Due       capacity.Instant `json:"due,omitempty"`
	GoingTo   string           `json:"going_to,omitempty"`
	Reason    string           `json:"reason,omitempty"`
	Owner     string           `json:"owner,omitempty"`
	Delayed   capacity.Instant `json:"delayed,omitempty"`
	Start     capacity.Instant `json:"start,omitempty"`
	Failed    int              `json:"failed,omitempty"`
	Events    []uint64         `json:"events"`
}

// DecisionView is what became of a decision.
type DecisionView struct {
	ID      string           `json:"id"` // its sequence
	Version uint64           `json:"version"`
	At      capacity.Instant `json:"at"`
	Type    string           `json:"type"`
	Role    string           `json:"role"`
	Account string           `json:"account,omitempty"`
	About   string           `json:"about"`             // request, contradiction, feed or place
	Refused string           `json:"refused,omitempty"` // why it has no effect: a code
	Detail  string           `json:"detail,omitempty"`  // in words, with who holds the bed
	Warning string           `json:"warning,omitempty"` // it has effect, and breaks a rule: which, in words
}

// Definition is what a measure means: its entry in the catalogue.
type Definition struct {
	Name       string            `json:"name"`
	Family     string            `json:"family"`
	Title      string            `json:"title"`
	Definition string            `json:"definition"`
	Unit       string            `json:"unit"`
	Window     string            `json:"window"`
	Scope      string            `json:"scope"` // the narrowest it is given for: unit or site
	Source     string            `json:"source"`
	Supply     []string          `json:"supply"` // what a feed must supply for it, any one of these
	Form       capacity.Form     `json:"form"`
	Class      capacity.BedClass `json:"class,omitempty"`
	Least      int               `json:"least,omitempty"`
}

// DefinitionOf is the entry of m in the catalogue.
func DefinitionOf(m *capacity.Measure) Definition {
	return Definition{m.Name, m.Family, m.Title, m.Definition, m.Unit, m.Window, m.Scope, m.Source, append([]string{}, m.Supply...), m.Form, m.Class, m.Least}
}

// WhyView is one figure opened: its definition in force, what it is made from, and every
// thing that it counts with the events behind it.
type WhyView struct {
	Measure  Definition       `json:"measure"`
	Scope    string           `json:"scope"`
	At       capacity.Instant `json:"at"`  // the centre's clock then
	Seq      uint64           `json:"seq"` // the last event applied
	Value    *float64         `json:"value"`
	Of       int64            `json:"of,omitempty"`
	Moment   capacity.Instant `json:"moment,omitempty"` // of a measure that is a moment
	Small    bool             `json:"small,omitempty"`
	Missing  []Missing        `json:"missing"`
	Reported *ReportedView    `json:"reported,omitempty"`
	Inputs   []InputView      `json:"inputs"`
	Items    []capacity.Item  `json:"items"`
}

// InputView is one feed that a figure is made from.
type InputView struct {
	Feed  string           `json:"feed"`
	Name  string           `json:"name"`
	State string           `json:"state"`
	Last  capacity.Instant `json:"last,omitempty"`
	Every int              `json:"every_s"`
	Items int              `json:"items"` // of the figure's items, those of units for which it may speak
}
