package flow

import "flowcentre/capacity"

// States of what a unit told of its places.
const (
	PlacesNever = "never" // nothing was told yet: nobody knows what is free
	PlacesTrue  = "told"  // by its cadence the report still holds
	PlacesOld   = "old"   // by its cadence another should have come
)

// SlotsView is the places of one unit, as its provider told them last.
type SlotsView struct {
	Locality  string           `json:"locality,omitempty"`
	Serves    []string         `json:"serves"` // localities; none means all
	Home      bool             `json:"home,omitempty"`
	Step      string           `json:"step,omitempty"`
	Within    int              `json:"within_s,omitempty"`
	State     string           `json:"state"`          // never, told or old
	Told      capacity.Instant `json:"told,omitempty"` // as at: the newest report, or "still true"
	How       string           `json:"how,omitempty"`
	Role      string           `json:"role,omitempty"`
	Expires   capacity.Instant `json:"expires,omitempty"`     // when it is old; absent for never
	Accepting bool             `json:"accepting"`             // takes new people, by its own word
	Reason    string           `json:"reason,omitempty"`      // why not
	Until     capacity.Instant `json:"until,omitempty"`       // not until then
	From      capacity.Instant `json:"usable_from,omitempty"` // when its hours begin again; absent when it is open now
	Closes    capacity.Instant `json:"closes,omitempty"`      // when its hours end; absent when they never do, or it is closed
	Assess    *bool            `json:"assess,omitempty"`      // can assess somebody today
	Returns   *bool            `json:"returns,omitempty"`     // own residents can come back
	Sorts     []SortView       `json:"sorts"`                 // as laid out
	Reports   []PlacesReport   `json:"reports"`               // the newest 5, newest last
}

// SortView is one sort of a unit's places. Free = Open - Used - Kept - Begun, never less than
// 0; Over is what is missing to it.
type SortView struct {
	ID      string           `json:"id"`
	Name    string           `json:"name"`
	Care    string           `json:"care,omitempty"`
	Bought  string           `json:"bought,omitempty"`
	Open    int              `json:"open"`
	Used    *int             `json:"used"`  // null while nobody told
	Kept    int              `json:"kept"`  // for referrals that were accepted and have not begun
	Begun   int              `json:"begun"` // begun since the report
	Ended   int              `json:"ended"` // ended since the report: free only when the provider says so
	Free    *int             `json:"free"`  // null while nobody told
	Over    int              `json:"over,omitempty"`
	Waiting *int             `json:"waiting,omitempty"`
	Next    capacity.Instant `json:"next,omitempty"` // when the next place is expected
	Wait    *int             `json:"wait_days,omitempty"`
}

// PlacesReport is one thing a provider told.
type PlacesReport struct {
	ID        string           `json:"id"` // of its event
	Seq       uint64           `json:"seq"`
	At        capacity.Instant `json:"at"`
	How       string           `json:"how,omitempty"`
	Role      string           `json:"role,omitempty"`
	Still     bool             `json:"still,omitempty"` // said that the one before still is true
	Withdrawn bool             `json:"withdrawn,omitempty"`
}

// Referral states.
const (
	ReferralOpen     = "open" // nobody has accepted
	ReferralTaken    = "accepted"
	ReferralBegun    = "started"
	ReferralOver     = "ended"
	ReferralUnneeded = "cancelled"
)

// ReferralView is somebody who needs a place, open or over for less than two local days.
type ReferralView struct {
	ID          string           `json:"id"`
	Version     uint64           `json:"version"`
	Key         string           `json:"key,omitempty"`   // short key of the person, where one is known
	Place       string           `json:"place,omitempty"` // co-ordination centre that looks after it
	Origin      string           `json:"origin,omitempty"`
	Seeks       []string         `json:"seeks"`
	Needs       []string         `json:"needs"`
	Service     string           `json:"service,omitempty"`
	Locality    string           `json:"locality,omitempty"`
	Age         int              `json:"age,omitempty"`
	Sex         string           `json:"sex,omitempty"`
	Intent      string           `json:"intent,omitempty"`
	Ambulance   string           `json:"ambulance,omitempty"`
	Call        string           `json:"call,omitempty"`
	State       string           `json:"state"`
	Made        capacity.Instant `json:"made"`
	Due         capacity.Instant `json:"due,omitempty"`  // when it is needed by
	Asked       []AskedView      `json:"asked"`          // units that were asked, oldest first
	Unit        string           `json:"unit,omitempty"` // that has accepted
	Sort        string           `json:"sort,omitempty"` // of its places
	Accepted    capacity.Instant `json:"accepted,omitempty"`
	Starts      capacity.Instant `json:"starts,omitempty"` // when it will begin, as was said
	Breach      capacity.Instant `json:"breach,omitempty"` // when it will be later than its standard
	Started     capacity.Instant `json:"started,omitempty"`
	Ended       capacity.Instant `json:"ended,omitempty"`
	Cancelled   capacity.Instant `json:"cancelled,omitempty"`
	Reason      string           `json:"reason,omitempty"` // why cancelled
	NotConveyed capacity.Instant `json:"not_conveyed,omitempty"`
	Avoided     *AvoidedView     `json:"avoided,omitempty"`
	Events      []uint64         `json:"events"`
}

// AskedView is one unit that a referral was put to.
type AskedView struct {
	Unit     string           `json:"unit"`
	Asked    capacity.Instant `json:"asked,omitempty"`
	Answer   string           `json:"answer,omitempty"` // accepted, declined or withdrawn; empty while there is none
	Answered capacity.Instant `json:"answered,omitempty"`
	Reason   string           `json:"reason,omitempty"`
}

// States of an admission avoided.
const (
	AvoidedClaimed   = "claimed"
	AvoidedConfirmed = "confirmed"         // nothing was seen of the person in A&E for 72 h
	AvoidedWithdrawn = "withdrawn"         // the person came to A&E, or was conveyed, after all
	AvoidedUncertain = "cannot_be_checked" // no identity is known to look for
)

// AvoidedView is the claim that somebody did not go to hospital because of a referral.
type AvoidedView struct {
	State  string           `json:"state"`
	Since  capacity.Instant `json:"since"`  // of the state
	Check  capacity.Instant `json:"check"`  // when 72 h are over
	Events []uint64         `json:"events"` // its trail, oldest first
}

// CallView is one call to a co-ordination centre, open or closed for less than two local days.
type CallView struct {
	ID        string           `json:"id"`
	Version   uint64           `json:"version"`
	Place     string           `json:"place,omitempty"` // the centre
	Origin    string           `json:"origin"`
	Locality  string           `json:"locality,omitempty"`
	Ambulance string           `json:"ambulance,omitempty"`
	Needs     []string         `json:"needs"`
	Raised    capacity.Instant `json:"raised"`
	Due       capacity.Instant `json:"due,omitempty"`
	Answered  capacity.Instant `json:"answered,omitempty"`
	Closed    capacity.Instant `json:"closed,omitempty"`
	Outcome   string           `json:"outcome,omitempty"`
	Referral  string           `json:"referral,omitempty"`
	Events    []uint64         `json:"events"`
}

// Transfer states.
const (
	TransferAsked    = "asked"
	TransferAgreed   = "accepted"
	TransferRefused  = "declined"
	TransferBedKept  = "bed_offered"
	TransferOnWay    = "left"
	TransferThere    = "arrived"
	TransferUnwanted = "withdrawn"
)

// TransferView is a transfer or repatriation between hospitals, open or over for less than
// two local days.
type TransferView struct {
	ID        string            `json:"id"`
	Version   uint64            `json:"version"`
	Key       string            `json:"key,omitempty"`
	Purpose   string            `json:"purpose"` // transfer or repatriation
	From      string            `json:"from"`    // site, or out/<code>
	To        string            `json:"to"`
	Direction string            `json:"direction"` // in, out or between, of this system
	Service   string            `json:"service,omitempty"`
	Wants     capacity.BedClass `json:"wants,omitempty"`
	Needs     []string          `json:"needs"`
	State     string            `json:"state"`
	Asked     capacity.Instant  `json:"asked"`
	Due       capacity.Instant  `json:"due,omitempty"`
	Accepted  capacity.Instant  `json:"accepted,omitempty"`
	Declined  capacity.Instant  `json:"declined,omitempty"`
	Reason    string            `json:"reason,omitempty"` // why declined or withdrawn
	Bed       string            `json:"bed,omitempty"`    // offered: unit/bed, or a unit
	Until     capacity.Instant  `json:"until,omitempty"`
	Request   string            `json:"request,omitempty"` // the bed request that it makes here
	Left      capacity.Instant  `json:"left,omitempty"`
	Arrived   capacity.Instant  `json:"arrived,omitempty"`
	Rule      string            `json:"rule,omitempty"` // the site's rule against it
	Events    []uint64          `json:"events"`
}

// StatusView is one declared status, until a newer one is declared. Once it has expired
// nobody knows.
type StatusView struct {
	ID      string           `json:"id"` // scope status
	Version uint64           `json:"version"`
	Status  string           `json:"status"`
	Title   string           `json:"title"`
	Pillar  string           `json:"pillar"`
	Scope   string           `json:"scope"`
	Value   string           `json:"value"`
	Word    string           `json:"word"` // the value, as people see it
	Weight  int              `json:"weight"`
	At      capacity.Instant `json:"at"`
	Until   capacity.Instant `json:"until"`
	Expired bool             `json:"expired"`
	How     string           `json:"how,omitempty"`
	Role    string           `json:"role,omitempty"`
	Feed    string           `json:"feed"`
	Reason  string           `json:"reason,omitempty"`
	Review  capacity.Instant `json:"review,omitempty"` // when it is to be looked at again
	Seq     uint64           `json:"seq"`
}

// Agreement states.
const (
	AgreementOpen    = "asked"
	AgreementAgreed  = "agreed"
	AgreementRefused = "refused"
	AgreementOver    = "over" // its time has run, or it was ended
)

// AgreementView is a divert or mutual aid, asked for, answered, or over for less than two
// local days.
type AgreementView struct {
	ID       string           `json:"id"`
	Version  uint64           `json:"version"`
	Purpose  string           `json:"purpose"` // divert or mutual_aid
	From     string           `json:"from"`    // of a divert: the site that patients go past; of mutual aid: who gives
	To       string           `json:"to"`
	State    string           `json:"state"`
	Asked    capacity.Instant `json:"asked"`
	Role     string           `json:"role"` // who asked
	Answered capacity.Instant `json:"answered,omitempty"`
	By       string           `json:"by,omitempty"` // the role that answered
	Begins   capacity.Instant `json:"begins,omitempty"`
	Until    capacity.Instant `json:"until,omitempty"`
	Reason   string           `json:"reason,omitempty"`
	Events   []uint64         `json:"events"`
}

// LinkView is a link by which a provider tells its places, without its token.
type LinkView struct {
	ID      string           `json:"id"` // the first 12 digits of its token's hash
	Version uint64           `json:"version"`
	Hash    string           `json:"-"`
	Unit    string           `json:"unit"`
	Issued  capacity.Instant `json:"issued"`
	Role    string           `json:"role"`
	Until   capacity.Instant `json:"until,omitempty"`
	Revoked capacity.Instant `json:"revoked,omitempty"`
}
