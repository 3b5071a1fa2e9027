package flow

import (
	"strconv"

	"flowcentre/capacity"
)

// Centre is the feed of what the centre itself says: ticks, layout, feed reports. No
// producer may use it.
const Centre = "centre"

// Event is one fact as the log holds it. The log gives Seq; the door stamps Recorded
// from the centre's clock and Digest from the body.
type Event struct {
	Seq      uint64           // position in the log, from 1, without gaps
	ID       string           // the producer's own id, unique in its feed
	Feed     string           // the CloudEvents source
	Kind     Kind             // what happened
	Happened capacity.Instant // when it happened, as the producer says
	Recorded capacity.Instant // when the door took it in
	Digest   string           // 16 hexadecimal digits over what the producer sent: tells a repeat from a conflict
	Data     Data
}

// Data is what a fact says. Which fields a kind of fact must and may fill is told by
// Kinds; the rest stay empty.
type Data struct {
	// Patient, Visit, FromPatient and FromVisit are keyed hashes in the log. A producer
	// that posts CloudEvents sends the identifier itself, as authority/type/value
	// ("RWP50/MR/1234567"); the door replaces it before anything is written.
	Patient     string   `json:"patient,omitempty"`
	Also        []string `json:"also,omitempty"` // further identifiers of the same patient
	Visit       string   `json:"visit,omitempty"`
	FromPatient string   `json:"from_patient,omitempty"` // the identity that a merge ends
	FromVisit   string   `json:"from_visit,omitempty"`   // the visit number that a merge or move ends

	Place     string            `json:"place,omitempty"` // where; see capacity.JoinPlace
	Prior     string            `json:"prior,omitempty"` // where from, as the producer believes; the fold's own history wins
	Class     PatientClass      `json:"class,omitempty"`
	Due       capacity.Instant  `json:"due,omitempty"`       // when it is expected
	Outcome   string            `json:"outcome,omitempty"`   // discharge disposition code
	GoingTo   string            `json:"going_to,omitempty"`  // discharge destination code
	Reason    string            `json:"reason,omitempty"`    // a code: infection_control, staffing, estates, ...
	Until     capacity.Instant  `json:"until,omitempty"`     // when a closure, restriction or opening ends
	Status    BedStatus         `json:"status,omitempty"`    // what a bed-status message says of the bed
	Census    []CensusEntry     `json:"census,omitzero"`     // everyone on the unit; an empty one, not a missing one, says that nobody is
	Swap      *SwapLeg          `json:"swap,omitempty"`      // the other patient of a swap
	Role      string            `json:"role,omitempty"`      // who says so: a role, never a name
	Account   string            `json:"account,omitempty"`   // and by which account of the centre's
	Mode      string            `json:"mode,omitempty"`      // how a patient comes to A&E; see Modes
	Acuity    string            `json:"acuity,omitempty"`    // triage category, 1 (most urgent) to 5
	Service   string            `json:"service,omitempty"`   // a specialty or service, as a code: who a patient is under, referred to or streamed to
	Sex       string            `json:"sex,omitempty"`       // male or female: which bays a patient may be in
	Request   string            `json:"request,omitempty"`   // a bed request: the producer's own number, or the id that the centre shows
	Origin    string            `json:"origin,omitempty"`    // where a bed request comes from; see Origins
	Needs     []string          `json:"needs,omitempty"`     // what the bed must be; see Needs
	Wants     capacity.BedClass `json:"wants,omitempty"`     // the class of bed asked for
	Ambulance string            `json:"ambulance,omitempty"` // the ambulance service's own number of a journey, never of a person
	Pathway   string            `json:"pathway,omitempty"`   // discharge pathway, 0 to 3
	Owner     string            `json:"owner,omitempty"`     // who a delay is with: a role or organisation, as a code
	Certainty string            `json:"certainty,omitempty"` // of a discharge today: definite or potential
	About     string            `json:"about,omitempty"`     // the feed that an outage is of
	Item      string            `json:"item,omitempty"`      // what a decision is about, by the id that the centre shows: a contradiction, alert or action
	Figure    *Reported         `json:"figure,omitempty"`    // a figure that a person reports
	List      []ListEntry       `json:"list,omitzero"`       // everyone in an A&E department; an empty one says that nobody is
	Places    *PlacesTold       `json:"places,omitempty"`    // what a unit has free
	How       string            `json:"how,omitempty"`       // by what way a person told it; see Ways
	Referral  string            `json:"referral,omitempty"`  // a referral: the producer's own number, never of a person
	Seeks     []string          `json:"seeks,omitempty"`     // kinds of unit that would do
	Intent    string            `json:"intent,omitempty"`    // what was meant to be done without the referral: convey
	Age       int               `json:"age,omitempty"`       // whole years, where a place has limits of age
	Locality  string            `json:"locality,omitempty"`  // where the person lives, as laid out
	AgeBand   string            `json:"age_band,omitempty"`  // see AgeBands
	Frailty   string            `json:"frailty,omitempty"`   // see Frailties
	Condition string            `json:"condition,omitempty"` // long-term condition group, as a code
	Call      string            `json:"call,omitempty"`      // a call to a co-ordination centre: its own number
	Transfer  string            `json:"transfer,omitempty"`  // a transfer between hospitals: its number
	From      string            `json:"from,omitempty"`      // site, or a hospital outside the system as out/<code>
	To        string            `json:"to,omitempty"`        // the same
	Purpose   string            `json:"purpose,omitempty"`   // of a transfer or agreement; see Purposes
	Declared  *Declared         `json:"declared,omitempty"`  // a status that expires
	Agreement string            `json:"agreement,omitempty"` // a divert or mutual aid: its number
	Link      string            `json:"link,omitempty"`      // a provider's link, as the hash of its token
	Alert     *AlertTold        `json:"alert,omitempty"`     // what the alert path tells
	Scope     string            `json:"scope,omitempty"`     // of what an action or meeting is: system, site/<id> or unit/<id>
	Action    string            `json:"action,omitempty"`    // an action: its number
	Task      string            `json:"task,omitempty"`      // what is to be done, as a code of the action cards
	Count     int               `json:"count,omitempty"`     // how many: beds, patients, staff; as the card says
	Meeting   string            `json:"meeting,omitempty"`   // a bed meeting: its number
	Leavers   []DischargeEntry  `json:"discharges,omitzero"` // everyone on a discharge list; an empty one says that nobody is
	Counter   uint64            `json:"counter,omitempty"`   // the producer's own count of what it has sent
	Report    *FeedReport       `json:"report,omitempty"`    // what the door saw of a feed
	Layout    *LayoutPart       `json:"layout,omitempty"`    // a part of the layout
	Revision  uint64            `json:"revision,omitempty"`  // layout revision the part belongs to
	LayoutID  string            `json:"layout_id,omitempty"` // digest of the layout that a commit closes
}

// PatientClass is HL7 table 0004 in words. Emergency, outpatient and preadmit
// visits hold no inpatient bed unless a place says so.
type PatientClass string

// The patient classes.
const (
	Inpatient  PatientClass = "inpatient"
	Emergency  PatientClass = "emergency"
	Outpatient PatientClass = "outpatient"
	Preadmit   PatientClass = "preadmit"
	OtherClass PatientClass = "other"
)

// BedStatus is HL7 table 0116 in words: what a bed-status message (A20) says.
type BedStatus string

// The bed statuses.
const (
	StatusClosed       BedStatus = "closed"       // C
	StatusHousekeeping BedStatus = "housekeeping" // H
	StatusIsolated     BedStatus = "isolated"     // I
	StatusContaminated BedStatus = "contaminated" // K
	StatusOccupied     BedStatus = "occupied"     // O
	StatusUnoccupied   BedStatus = "unoccupied"   // U
)

// CensusEntry is one patient on a unit at the time of a census. Place is a bed, or the
// unit itself for a patient without a bed. Patient may be empty: a bed known to be
// taken, by whom is not told.
type CensusEntry struct {
	Place    string           `json:"place"`
	Patient  string           `json:"patient,omitempty"`
	Visit    string           `json:"visit,omitempty"`
	Admitted capacity.Instant `json:"admitted,omitempty"` // when the stay in hospital began, where that is known
}

// SwapLeg is the second patient of a swap, and where that patient is now.
type SwapLeg struct {
	Patient string `json:"patient"`
	Visit   string `json:"visit,omitempty"`
	Place   string `json:"place"`
}

// ListEntry is one attendance of an A&E list, as far as the department's system tells.
// Instants that it does not tell are left out; an entry never takes back what another
// feed told.
type ListEntry struct {
	Patient  string           `json:"patient,omitempty"`
	Visit    string           `json:"visit,omitempty"` // one of Patient and Visit must be there
	Arrived  capacity.Instant `json:"arrived"`
	Mode     string           `json:"mode,omitempty"`
	Acuity   string           `json:"acuity,omitempty"`
	Place    string           `json:"place,omitempty"` // the area, where it is known
	Assessed capacity.Instant `json:"assessed,omitempty"`
	Seen     capacity.Instant `json:"seen,omitempty"`
	Referred capacity.Instant `json:"referred,omitempty"`
	Service  string           `json:"service,omitempty"`
	Decided  capacity.Instant `json:"decided,omitempty"` // decision to admit
	Ready    capacity.Instant `json:"ready,omitempty"`   // clinically ready to proceed
}

// DischargeEntry is one patient on a discharge list, as far as the feed tells.
type DischargeEntry struct {
	Patient   string           `json:"patient,omitempty"`
	Visit     string           `json:"visit,omitempty"` // one of Patient and Visit must be there
	NCTR      capacity.Instant `json:"nctr,omitempty"`  // since when the patient no longer meets the criteria to reside; left out while that is not so
	Pathway   string           `json:"pathway,omitempty"`
	Reason    string           `json:"reason,omitempty"` // why still here; see DelayGroups
	Owner     string           `json:"owner,omitempty"`
	Certainty string           `json:"certainty,omitempty"`
	Due       capacity.Instant `json:"due,omitempty"` // when the patient is to leave
	GoingTo   string           `json:"going_to,omitempty"`
}

// Reported is a figure that a person tells because no feed does: by phone, or counted on
// the spot. The event's time is when it was so.
type Reported struct {
	Measure string   `json:"measure"` // its name in the catalogue
	Scope   string   `json:"scope"`   // such as site/wrh
	Value   *float64 `json:"value"`   // in the measure's unit; nil only until validated: one left out is not 0
	How     string   `json:"how"`     // phone, seen or other
}

// PlacesTold is what a unit tells of its places, as at the event's time: of each sort that
// it names, and of the unit as a whole.
type PlacesTold struct {
	Sorts     []SortTold `json:"sorts,omitzero"`      // those it names; others stay as they were told
	Accepting *bool      `json:"accepting,omitempty"` // takes new people; the reason why not is the event's
	Assess    *bool      `json:"assess,omitempty"`    // can assess somebody today
	Returns   *bool      `json:"returns,omitempty"`   // its own residents can come back
}

// SortTold is one sort of places: how many there are, how many of them are used. Places kept
// for accepted referrals are in neither. A number left out is not 0.
type SortTold struct {
	Sort    string           `json:"sort"`           // as laid out
	Open    *int             `json:"open,omitempty"` // nil: as laid out
	Used    *int             `json:"used,omitempty"`
	Waiting *int             `json:"waiting,omitempty"`   // people
	Next    capacity.Instant `json:"next,omitempty"`      // when the next place is expected to be free
	Wait    *int             `json:"wait_days,omitempty"` // longest wait, or the wait of who is referred now
}

// Declared is a status that somebody answers for and that expires at the event's until.
type Declared struct {
	Status string `json:"status"` // its name in the list; see Statuses
	Scope  string `json:"scope"`  // such as system or site/wrh
	Value  string `json:"value"`  // one of the status's values
}

// Desk is the feed of what people of the centre say and decide. It is always there.
const Desk = "desk"

// Alerts is the feed of what comes back of alerts: what fired, what is over, and that the
// path is alive. Only the webhook of the alert path speaks for it.
const Alerts = "alerts"

// AlertTold is what the alert path tells of one alert. The event's time is when the centre
// was told, by its own clock; Started is by the clock of the alert path and only tells one
// firing from another.
type AlertTold struct {
	Name        string           `json:"name"`        // of the alert, such as FlowCentreCrewsHeld
	Fingerprint string           `json:"fingerprint"` // 16 hexadecimal digits over its labels
	Started     capacity.Instant `json:"started"`
	Scope       string           `json:"scope"` // system or site/<id>
}

// ID names one firing of the alert: its fingerprint and the second in which it started.
func (a *AlertTold) ID() string {
	return a.Fingerprint + "-" + strconv.FormatInt(int64(a.Started)/1000, 10)
}

// The codes that the fields of Data take.
var (
	Modes       = []string{"ambulance", "walk_in", "gp", "transfer", "other"}
	Origins     = []string{"ae", "elective", "transfer", "step_down", "gp"}
	Needs       = capacity.BedNeeds()
	Sexes       = []string{"male", "female"}
	Pathways    = []string{"0", "1", "2", "3"}
	Certainties = []string{"definite", "potential"}
	Hows        = []string{"phone", "seen", "other"}
	Ways        = []string{"phone", "link", "csv", "seen", "system"}
	Callers     = []string{"call_before_convey", "gp_expected", "care_home", "call_alarm", "other"}   // origins of a call
	Referrers   = []string{"crew", "ae", "ward", "gp", "care_home", "co_ordination", "self", "other"} // origins of a referral
	Intents     = []string{"convey", "admit"}
	Purposes    = []string{"transfer", "repatriation"} // of a transfer between hospitals
	Agreements  = []string{"divert", "mutual_aid"}     // purposes of an agreement
	AgeBands    = []string{"0-17", "18-64", "65-74", "75-84", "85+"}
	Frailties   = []string{"none", "mild", "moderate", "severe"}
	NotNows     = []string{"with_another_alert", "not_on_call", "cannot_reach_anyone", "other"}                                                         // why an alert is not taken
	Shelvings   = []string{"known_and_managed", "data_wrong", "planned_work", "other"}                                                                  // why nobody is to be rung for a time
	Notes       = []string{"rang", "no_answer", "visited", "agreed", "refused", "waiting_for_staff", "waiting_for_transport", "improving", "worsening"} // what can be noted
	Blocks      = []string{"no_staff", "no_bed", "no_equipment", "no_transport", "no_answer", "refused", "clinical", "estates", "other"}                // why an action is blocked, put off or not possible

	// DelayGroups are the five groups of reasons why somebody who no longer meets the
	// criteria to reside is still here (acute discharge SitRep).
	DelayGroups = []string{"hospital_process", "care_transfer_hub_process", "interface_process", "capacity", "wellbeing"}
)

// FeedReport is the door's summary of one feed since its last report: what was not
// logged, by reason. At most one a feed and tick; its source is Centre.
type FeedReport struct {
	Feed       string         `json:"feed"`
	Ignored    map[string]int `json:"ignored,omitempty"`    // accepted, no effect here, by what it was ("ORU^R01")
	Refused    map[string]int `json:"refused,omitempty"`    // by reason code
	Duplicates int            `json:"duplicates,omitempty"` // answered again, not logged again
	Last       []Refusal      `json:"last,omitempty"`       // newest refusals, at most 5
	Connected  bool           `json:"connected,omitempty"`  // a connection of the feed is open
}

// Refusal is one message that the door refused.
type Refusal struct {
	At     capacity.Instant `json:"at"`
	Reason string           `json:"reason"` // a code, such as no_location
	Detail string           `json:"detail"` // a sentence for the sender; nothing of the message's content
	Digest string           `json:"digest"` // 16 hexadecimal digits of the message, to find it at the sender
}

// LayoutPart is one part of a layout: the frame, or one unit.
type LayoutPart struct {
	Frame *capacity.Layout `json:"frame,omitempty"` // the layout without its units
	Unit  *capacity.Unit   `json:"unit,omitempty"`
}

// Kind is what happened. Its number never leaves the program; its name does.
type Kind uint8

// The kinds of fact. The HL7 v2 trigger in brackets is the one that says it
// (HL7 v2.4 chapter 3).
const (
	Unknown                       Kind = iota // a kind this version does not know: passed over and counted
	Admitted                                  // is on a bed or unit: A01, A04, A06
	Transferred                               // has moved: A02
	Swapped                                   // two patients changed beds, in one step: A17
	Discharged                                // has left: A03
	MadeOutpatient                            // is no longer an inpatient: A07
	AdmissionCancelled                        // was never admitted: A11
	TransferCancelled                         // the latest transfer did not happen: A12
	DischargeCancelled                        // has not left after all: A13
	ArrivalExpected                           // a patient is to come: A05, A14
	ArrivalCancelled                          // is not to come: A27, A38
	TransferExpected                          // is to move: A15
	TransferExpectationCancelled              // is not to move: A26
	DischargeExpected                         // is to leave: A16
	DischargeExpectationCancelled             // is not to leave then: A25
	Updated                                   // details corrected: A08
	Away                                      // is off the ward, bed kept: A09
	Returned                                  // is back, or has arrived elsewhere: A10
	LeaveStarted                              // on leave of absence, bed kept: A21
	LeaveEnded                                // back from leave: A22
	VisitDeleted                              // the visit was entered in error: A23
	PatientDeleted                            // the patient record was entered in error: A29
	PatientMerged                             // two identities are one patient: A18, A34, A36, A39, A40, A43, A46, A47
	VisitMoved                                // a visit belongs to another patient or number: A42, A45, A50
	BedStatusTold                             // the state of a bed: A20
	CleaningStarted                           // a bed is being cleaned
	Cleaned                                   // a bed is clean and ready
	BedClosed                                 // a bed or unit takes nobody; patients there stay
	BedOpened                                 // a closed or escalation bed takes patients
	CensusTaken                               // everyone on a unit, at a time
	BedRequested                              // a patient needs a bed
	RequestReady                              // the patient is ready to go to it
	RequestLeft                               // the patient is on the way
	RequestArrived                            // the patient is there
	RequestCancelled                          // the bed is not needed, or not now
	AttendanceArrived                         // has come to A&E
	AttendanceAssessed                        // initial assessment
	AttendanceSeen                            // seen for treatment
	AttendanceReferred                        // referred to a service
	AttendanceMoved                           // is in another area of the department
	DecidedToAdmit                            // decision to admit (DTA)
	ReadyToProceed                            // clinically ready to proceed
	AttendanceStreamed                        // sent on from the front door, to what
	AttendanceDeparted                        // has left the department, where to
	DepartureCancelled                        // has not left after all
	AttendanceCancelled                       // was entered in error
	ListTaken                                 // everyone in an A&E department, at a time
	AmbulanceInbound                          // is on its way, due when
	AmbulanceArrived                          // stands outside
	AmbulanceHandedOver                       // clinical handover is complete
	AmbulanceClear                            // can be sent elsewhere
	AmbulanceCancelled                        // does not come: diverted, or the patient was not conveyed
	DischargeReady                            // no longer meets the criteria to reside (NCTR)
	DischargeNotReady                         // meets them again
	DischargePlanned                          // pathway, when, how certain
	DischargeDelayed                          // why still here, and with whom
	DischargeDelayEnded                       // that reason is gone
	DischargeFailed                           // was to leave and did not
	StartAccepted                             // a service takes the patient on, from when
	StartWithdrawn                            // it does not after all
	DischargeListTaken                        // everyone on a ward's or site's discharge list, at a time
	BedAllocated                              // a bed is kept for a request
	AllocationEnded                           // and no longer
	PlacesReported                            // a provider tells what is free
	StillTrue                                 // what it told last still is so
	ReportWithdrawn                           // it takes a report back
	ReferralMade                              // somebody needs a place
	ReferralOffered                           // a unit is asked
	ReferralAccepted                          // it takes the person on; a place is kept
	ReferralDeclined                          // it does not, why
	AcceptanceWithdrawn                       // it does not after all
	ReferralStarted                           // first contact, or arrived
	ReferralEnded                             // its part is over
	ReferralCancelled                         // no place is needed
	NotConveyed                               // the crew has left the person at home
	CallRaised                                // somebody asks a co-ordination centre
	CallAnswered                              // it has answered
	CallClosed                                // with what outcome
	SiteTransferAsked                         // one hospital asks another to take a patient
	SiteTransferAccepted                      // it will
	SiteTransferDeclined                      // it will not, why
	SiteTransferOffered                       // it has a bed
	SiteTransferLeft                          // the patient is on the way
	SiteTransferArrived                       // and there
	SiteTransferWithdrawn                     // it is not wanted
	StatusDeclared                            // somebody answers for a status until it expires
	AgreementAsked                            // a divert or mutual aid is asked for
	AgreementAnswered                         // agreed or refused
	AgreementEnded                            // before its time
	LinkIssued                                // a provider can tell its places by a link
	LinkRevoked                               // and no longer
	ContradictionSettled                      // a person says that it is dealt with
	AlertFired                                // the alert path has told somebody
	AlertResolved                             // and that it is over
	AlertTaken                                // a person has it
	AlertHandedOn                             // to another role
	AlertNotNow                               // who was told cannot, why
	AlertShelved                              // nobody is to be rung for it, until when
	Noted                                     // a note from the list, of an alert or action
	ActionRaised                              // something is to be done
	ActionAssigned                            // by whom
	ActionExtended                            // later
	ActionBlocked                             // cannot go on, why
	ActionDone                                // is done, how many
	ActionNotPossible                         // will not be done, why
	MeetingOpened                             // a bed meeting begins: its figures are cut
	MeetingSigned                             // and is over, with its next review
	Tick                                      // the time
	LayoutFrame                               // a part of a layout: all but the units
	LayoutUnit                                // a part of a layout: one unit
	LayoutCommit                              // the layout whose parts went before is in force
	Heartbeat                                 // a producer is alive
	OutagePlanned                             // a feed will be silent, until when
	FigureReported                            // a person tells a figure
	FeedReported                              // what the door saw of a feed
	kindCount
)

// Spec says what a kind of fact is called on the wire and what it must and may fill.
type Spec struct {
	Kind  Kind
	Type  string   // the CloudEvents type
	Needs []string // fields of Data, by their JSON names, that must be filled
	May   []string // further fields that may be
	Inner bool     // only the centre itself says it; refused from producers
}

// Family is the second part of the type: bed, ae, discharge, community, decision, alert,
// clock, layout or feed. It ends the event's subject in the log.
func (s Spec) Family() string {
	return family(s.Type)
}

var specs = [kindCount]Spec{
	Admitted:                      {Type: "flowcentre.bed.admitted.v1", Needs: f("patient"), May: f("also", "visit", "place", "prior", "class", "due", "service", "sex", "mode", "acuity", "locality", "age_band", "frailty", "condition")},
	Transferred:                   {Type: "flowcentre.bed.transferred.v1", Needs: f("patient", "place"), May: f("also", "visit", "prior", "class", "service", "sex")},
	Swapped:                       {Type: "flowcentre.bed.swapped.v1", Needs: f("patient", "place", "swap"), May: f("also", "visit")},
	Discharged:                    {Type: "flowcentre.bed.discharged.v1", Needs: f("patient"), May: f("also", "visit", "place", "class", "outcome", "going_to")},
	MadeOutpatient:                {Type: "flowcentre.bed.made-outpatient.v1", Needs: f("patient"), May: f("also", "visit")},
	AdmissionCancelled:            {Type: "flowcentre.bed.admission-cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	TransferCancelled:             {Type: "flowcentre.bed.transfer-cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place", "prior")},
	DischargeCancelled:            {Type: "flowcentre.bed.discharge-cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place", "class")},
	ArrivalExpected:               {Type: "flowcentre.bed.arrival-expected.v1", Needs: f("patient"), May: f("also", "visit", "place", "due", "class")},
	ArrivalCancelled:              {Type: "flowcentre.bed.arrival-cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	TransferExpected:              {Type: "flowcentre.bed.transfer-expected.v1", Needs: f("patient", "place"), May: f("also", "visit", "due")},
	TransferExpectationCancelled:  {Type: "flowcentre.bed.transfer-expectation-cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	DischargeExpected:             {Type: "flowcentre.bed.discharge-expected.v1", Needs: f("patient", "due"), May: f("also", "visit")},
	DischargeExpectationCancelled: {Type: "flowcentre.bed.discharge-expectation-cancelled.v1", Needs: f("patient"), May: f("also", "visit")},
	Updated:                       {Type: "flowcentre.bed.updated.v1", Needs: f("patient"), May: f("also", "visit", "place", "class", "due", "service", "sex")},
	Away:                          {Type: "flowcentre.bed.away.v1", Needs: f("patient"), May: f("also", "visit", "place", "prior")},
	Returned:                      {Type: "flowcentre.bed.returned.v1", Needs: f("patient"), May: f("also", "visit", "place", "prior")},
	LeaveStarted:                  {Type: "flowcentre.bed.leave-started.v1", Needs: f("patient"), May: f("also", "visit", "due")},
	LeaveEnded:                    {Type: "flowcentre.bed.leave-ended.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	VisitDeleted:                  {Type: "flowcentre.bed.visit-deleted.v1", Needs: f("patient", "visit"), May: f("also")},
	PatientDeleted:                {Type: "flowcentre.bed.patient-deleted.v1", Needs: f("patient"), May: f("also")},
	PatientMerged:                 {Type: "flowcentre.bed.patient-merged.v1", Needs: f("patient", "from_patient"), May: f("also")},
	VisitMoved:                    {Type: "flowcentre.bed.visit-moved.v1", Needs: f("patient", "from_visit"), May: f("also", "visit", "from_patient")},
	BedStatusTold:                 {Type: "flowcentre.bed.status-told.v1", Needs: f("place", "status"), May: f("reason", "role")},
	CleaningStarted:               {Type: "flowcentre.bed.cleaning-started.v1", Needs: f("place"), May: f("role")},
	Cleaned:                       {Type: "flowcentre.bed.cleaned.v1", Needs: f("place"), May: f("role", "account")},
	BedClosed:                     {Type: "flowcentre.bed.closed.v1", Needs: f("place", "reason"), May: f("until", "role", "account")},
	BedOpened:                     {Type: "flowcentre.bed.opened.v1", Needs: f("place"), May: f("reason", "until", "role", "account")},
	CensusTaken:                   {Type: "flowcentre.bed.census.v1", Needs: f("place", "census"), May: f("role")},
	BedRequested:                  {Type: "flowcentre.bed.requested.v1", Needs: f("patient", "place"), May: f("also", "visit", "request", "origin", "service", "wants", "needs", "due")},
	RequestReady:                  {Type: "flowcentre.bed.request-ready.v1", May: f("patient", "also", "visit", "request")},
	RequestLeft:                   {Type: "flowcentre.bed.request-left.v1", May: f("patient", "also", "visit", "request")},
	RequestArrived:                {Type: "flowcentre.bed.request-arrived.v1", May: f("patient", "also", "visit", "request")},
	RequestCancelled:              {Type: "flowcentre.bed.request-cancelled.v1", May: f("patient", "also", "visit", "request", "reason")},
	AttendanceArrived:             {Type: "flowcentre.ae.arrived.v1", Needs: f("patient", "place"), May: f("also", "visit", "mode", "acuity", "ambulance", "sex", "locality", "age_band", "frailty", "condition")},
	AttendanceAssessed:            {Type: "flowcentre.ae.assessed.v1", Needs: f("patient"), May: f("also", "visit", "place", "acuity")},
	AttendanceSeen:                {Type: "flowcentre.ae.seen.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	AttendanceReferred:            {Type: "flowcentre.ae.referred.v1", Needs: f("patient", "service"), May: f("also", "visit", "place")},
	AttendanceMoved:               {Type: "flowcentre.ae.moved.v1", Needs: f("patient", "place"), May: f("also", "visit")},
	DecidedToAdmit:                {Type: "flowcentre.ae.decided-to-admit.v1", Needs: f("patient"), May: f("also", "visit", "place", "service")},
	ReadyToProceed:                {Type: "flowcentre.ae.ready-to-proceed.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	AttendanceStreamed:            {Type: "flowcentre.ae.streamed.v1", Needs: f("patient", "service"), May: f("also", "visit", "place", "mode")},
	AttendanceDeparted:            {Type: "flowcentre.ae.departed.v1", Needs: f("patient"), May: f("also", "visit", "place", "outcome", "going_to")},
	DepartureCancelled:            {Type: "flowcentre.ae.departure-cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	AttendanceCancelled:           {Type: "flowcentre.ae.cancelled.v1", Needs: f("patient"), May: f("also", "visit", "place")},
	ListTaken:                     {Type: "flowcentre.ae.list.v1", Needs: f("place", "list")},
	AmbulanceInbound:              {Type: "flowcentre.ae.ambulance-inbound.v1", Needs: f("ambulance", "place"), May: f("due", "patient", "also", "visit", "acuity")},
	AmbulanceArrived:              {Type: "flowcentre.ae.ambulance-arrived.v1", Needs: f("ambulance", "place"), May: f("patient", "also", "visit", "acuity")},
	AmbulanceHandedOver:           {Type: "flowcentre.ae.ambulance-handed-over.v1", Needs: f("ambulance"), May: f("place", "patient", "also", "visit")},
	AmbulanceClear:                {Type: "flowcentre.ae.ambulance-clear.v1", Needs: f("ambulance"), May: f("place")},
	AmbulanceCancelled:            {Type: "flowcentre.ae.ambulance-cancelled.v1", Needs: f("ambulance", "reason"), May: f("place")},
	DischargeReady:                {Type: "flowcentre.discharge.ready.v1", Needs: f("patient"), May: f("also", "visit", "place", "pathway", "role")},
	DischargeNotReady:             {Type: "flowcentre.discharge.not-ready.v1", Needs: f("patient"), May: f("also", "visit", "place", "role")},
	DischargePlanned:              {Type: "flowcentre.discharge.planned.v1", Needs: f("patient"), May: f("also", "visit", "place", "pathway", "due", "certainty", "going_to", "role")},
	DischargeDelayed:              {Type: "flowcentre.discharge.delayed.v1", Needs: f("patient", "reason"), May: f("also", "visit", "place", "owner", "pathway", "role")},
	DischargeDelayEnded:           {Type: "flowcentre.discharge.delay-ended.v1", Needs: f("patient"), May: f("also", "visit", "place", "reason", "role")},
	DischargeFailed:               {Type: "flowcentre.discharge.failed.v1", Needs: f("patient", "reason"), May: f("also", "visit", "place", "role")},
	StartAccepted:                 {Type: "flowcentre.discharge.start-accepted.v1", Needs: f("patient", "due"), May: f("also", "visit", "pathway", "service")},
	StartWithdrawn:                {Type: "flowcentre.discharge.start-withdrawn.v1", Needs: f("patient"), May: f("also", "visit", "reason", "service")},
	DischargeListTaken:            {Type: "flowcentre.discharge.list.v1", Needs: f("place", "discharges")},
	BedAllocated:                  {Type: "flowcentre.decision.bed-allocated.v1", Needs: f("request", "place", "role"), May: f("until", "account")},
	AllocationEnded:               {Type: "flowcentre.decision.allocation-ended.v1", Needs: f("request", "role"), May: f("reason", "account")},
	PlacesReported:                {Type: "flowcentre.community.places-reported.v1", Needs: f("place", "places"), May: f("reason", "until", "role", "account", "how")},
	StillTrue:                     {Type: "flowcentre.community.still-true.v1", Needs: f("place"), May: f("role", "account", "how")},
	ReportWithdrawn:               {Type: "flowcentre.community.report-withdrawn.v1", Needs: f("place", "item"), May: f("role", "account", "how")},
	ReferralMade:                  {Type: "flowcentre.community.referral-made.v1", Needs: f("referral"), May: f("patient", "also", "visit", "place", "origin", "seeks", "needs", "service", "intent", "ambulance", "due", "age", "sex", "call", "role", "account", "locality", "age_band", "frailty", "condition")},
	ReferralOffered:               {Type: "flowcentre.community.referral-offered.v1", Needs: f("referral", "place"), May: f("due", "role", "account", "how")},
	ReferralAccepted:              {Type: "flowcentre.community.referral-accepted.v1", Needs: f("referral", "place"), May: f("due", "until", "role", "account", "how")},
	ReferralDeclined:              {Type: "flowcentre.community.referral-declined.v1", Needs: f("referral", "place", "reason"), May: f("role", "account", "how")},
	AcceptanceWithdrawn:           {Type: "flowcentre.community.acceptance-withdrawn.v1", Needs: f("referral", "place", "reason"), May: f("role", "account", "how")},
	ReferralStarted:               {Type: "flowcentre.community.referral-started.v1", Needs: f("referral"), May: f("place", "patient", "also", "visit", "role", "account", "how")},
	ReferralEnded:                 {Type: "flowcentre.community.referral-ended.v1", Needs: f("referral"), May: f("place", "outcome", "going_to", "role", "account", "how")},
	ReferralCancelled:             {Type: "flowcentre.community.referral-cancelled.v1", Needs: f("referral", "reason"), May: f("role", "account", "how")},
	NotConveyed:                   {Type: "flowcentre.community.not-conveyed.v1", Needs: f("referral"), May: f("ambulance", "role", "account", "how")},
	CallRaised:                    {Type: "flowcentre.community.call-raised.v1", Needs: f("call", "origin"), May: f("place", "patient", "also", "locality", "due", "ambulance", "needs", "age_band", "frailty", "condition", "role", "account")},
	CallAnswered:                  {Type: "flowcentre.community.call-answered.v1", Needs: f("call"), May: f("role", "account")},
	CallClosed:                    {Type: "flowcentre.community.call-closed.v1", Needs: f("call", "outcome"), May: f("referral", "role", "account")},
	SiteTransferAsked:             {Type: "flowcentre.bed.transfer-asked.v1", Needs: f("transfer", "from", "to", "purpose"), May: f("patient", "also", "visit", "service", "wants", "needs", "due", "role", "account")},
	SiteTransferAccepted:          {Type: "flowcentre.bed.transfer-accepted.v1", Needs: f("transfer"), May: f("due", "role", "account")},
	SiteTransferDeclined:          {Type: "flowcentre.bed.transfer-declined.v1", Needs: f("transfer", "reason"), May: f("role", "account")},
	SiteTransferOffered:           {Type: "flowcentre.bed.transfer-bed-offered.v1", Needs: f("transfer", "place"), May: f("until", "role", "account")},
	SiteTransferLeft:              {Type: "flowcentre.bed.transfer-left.v1", Needs: f("transfer"), May: f("due", "role", "account")},
	SiteTransferArrived:           {Type: "flowcentre.bed.transfer-arrived.v1", Needs: f("transfer"), May: f("place", "role", "account")},
	SiteTransferWithdrawn:         {Type: "flowcentre.bed.transfer-withdrawn.v1", Needs: f("transfer"), May: f("reason", "role", "account")},
	StatusDeclared:                {Type: "flowcentre.feed.status-declared.v1", Needs: f("declared", "until"), May: f("due", "reason", "role", "account", "how")},
	AgreementAsked:                {Type: "flowcentre.decision.agreement-asked.v1", Needs: f("agreement", "purpose", "from", "to", "role"), May: f("due", "until", "reason", "account")},
	AgreementAnswered:             {Type: "flowcentre.decision.agreement-answered.v1", Needs: f("agreement", "outcome", "role"), May: f("due", "until", "reason", "account")},
	AgreementEnded:                {Type: "flowcentre.decision.agreement-ended.v1", Needs: f("agreement", "role"), May: f("reason", "account")},
	LinkIssued:                    {Type: "flowcentre.decision.link-issued.v1", Needs: f("link", "place", "role"), May: f("until", "account")},
	LinkRevoked:                   {Type: "flowcentre.decision.link-revoked.v1", Needs: f("link", "role"), May: f("reason", "account")},
	ContradictionSettled:          {Type: "flowcentre.decision.contradiction-settled.v1", Needs: f("item", "reason", "role"), May: f("account")},
	AlertFired:                    {Type: "flowcentre.alert.fired.v1", Needs: f("alert"), Inner: true},
	AlertResolved:                 {Type: "flowcentre.alert.resolved.v1", Needs: f("alert"), Inner: true},
	AlertTaken:                    {Type: "flowcentre.decision.alert-taken.v1", Needs: f("item", "role"), May: f("account")},
	AlertHandedOn:                 {Type: "flowcentre.decision.alert-handed-on.v1", Needs: f("item", "owner", "role"), May: f("reason", "account")},
	AlertNotNow:                   {Type: "flowcentre.decision.alert-not-now.v1", Needs: f("item", "reason", "role"), May: f("account")},
	AlertShelved:                  {Type: "flowcentre.decision.alert-shelved.v1", Needs: f("item", "reason", "until", "role"), May: f("account")},
	Noted:                         {Type: "flowcentre.decision.noted.v1", Needs: f("item", "reason", "role"), May: f("account")},
	ActionRaised:                  {Type: "flowcentre.decision.action-raised.v1", Needs: f("action", "task", "scope", "owner", "due", "role"), May: f("count", "meeting", "item", "account")},
	ActionAssigned:                {Type: "flowcentre.decision.action-assigned.v1", Needs: f("action", "owner", "role"), May: f("account")},
	ActionExtended:                {Type: "flowcentre.decision.action-extended.v1", Needs: f("action", "due", "reason", "role"), May: f("account")},
	ActionBlocked:                 {Type: "flowcentre.decision.action-blocked.v1", Needs: f("action", "reason", "role"), May: f("account")},
	ActionDone:                    {Type: "flowcentre.decision.action-done.v1", Needs: f("action", "role"), May: f("count", "account")},
	ActionNotPossible:             {Type: "flowcentre.decision.action-not-possible.v1", Needs: f("action", "reason", "role"), May: f("account")},
	MeetingOpened:                 {Type: "flowcentre.decision.meeting-opened.v1", Needs: f("meeting", "scope", "role"), May: f("account")},
	MeetingSigned:                 {Type: "flowcentre.decision.meeting-signed.v1", Needs: f("meeting", "role"), May: f("due", "account")},
	Tick:                          {Type: "flowcentre.clock.tick.v1", Inner: true},
	LayoutFrame:                   {Type: "flowcentre.layout.frame.v1", Needs: f("layout", "revision"), Inner: true},
	LayoutUnit:                    {Type: "flowcentre.layout.unit.v1", Needs: f("layout", "revision"), Inner: true},
	LayoutCommit:                  {Type: "flowcentre.layout.commit.v1", Needs: f("revision", "layout_id"), Inner: true},
	Heartbeat:                     {Type: "flowcentre.feed.heartbeat.v1", May: f("counter")},
	OutagePlanned:                 {Type: "flowcentre.feed.outage-planned.v1", Needs: f("until"), May: f("about", "due", "reason", "role", "account")},
	FigureReported:                {Type: "flowcentre.feed.figure-reported.v1", Needs: f("figure", "role"), May: f("account")},
	FeedReported:                  {Type: "flowcentre.feed.report.v1", Needs: f("report"), Inner: true},
}

func f(names ...string) []string { return names }

// Kinds lists every kind of fact with what it must and may fill, in a fixed order.
func Kinds() []Spec {
	all := make([]Spec, 0, kindCount-1)
	for k := Unknown + 1; k < kindCount; k++ {
		all = append(all, k.Spec())
	}
	return all
}

// Spec is what k must and may fill.
func (k Kind) Spec() Spec {
	s := specs[k]
	s.Kind = k
	return s
}

// String is the CloudEvents type.
func (k Kind) String() string { return specs[k].Type }

// KindOf finds the kind of a CloudEvents type, and Unknown if there is none.
func KindOf(cloudEventsType string) Kind { return kindOf[cloudEventsType] }

var kindOf = func() map[string]Kind {
	m := make(map[string]Kind, kindCount)
	for _, s := range Kinds() {
		m[s.Type] = s.Kind
	}
	return m
}()

func family(cloudEventsType string) string {
	const prefix = "flowcentre."
	rest := cloudEventsType[len(prefix):]
	for i := range len(rest) {
		if rest[i] == '.' {
			return rest[:i]
		}
	}
	return rest
}
