package flow

import "flowcentre/capacity"

// Alert states.
const (
	AlertFiring      = "firing"
	AlertUnconfirmed = "unconfirmed" // it fired, and the alert path has not said so again for too long
	AlertOver        = "resolved"
)

// AlertView is one alert that reached somebody, from when it fired until two local days after
// it was over: what it was about then and now, who was told, and what was done.
type AlertView struct {
	ID        string           `json:"id"` // fingerprint and start
	Version   uint64           `json:"version"`
	Name      string           `json:"name"`      // of the alert, such as FlowCentreCrewsHeld
	Condition string           `json:"condition"` // its name in the table; empty when the table no longer has it
	Scope     string           `json:"scope"`     // system or site/<id>
	Severity  string           `json:"severity"`
	Line      string           `json:"line"`  // the lock screen's line, with the figures as they were when it fired
	Means     string           `json:"means"` // what it means
	Do        string           `json:"do"`    // what to look at and whom to ring
	State     string           `json:"state"`
	Fired     capacity.Instant `json:"fired"`               // when the centre was told, by its clock
	Confirmed capacity.Instant `json:"confirmed"`           // when the path last said so
	Over      capacity.Instant `json:"over,omitempty"`      // when it said that it is over
	Recovered capacity.Instant `json:"recovered,omitempty"` // since when its condition has no longer held, as the centre counts
	Owner     string           `json:"owner,omitempty"`     // the role that has it; empty while nobody has
	Taken     *AnswerView      `json:"taken,omitempty"`     // who took it, last
	Told      []ToldView       `json:"told"`                // roles that were told, oldest first
	Next      *ToldView        `json:"next,omitempty"`      // who is told next, and when, unless somebody takes it
	Answers   []AnswerView     `json:"answers"`             // all that people said of it, oldest first
	Shelved   capacity.Instant `json:"shelved,omitempty"`   // until when nobody is to be rung for it
	Inputs    []TestedView     `json:"inputs"`              // what was tested, as it was when it fired
	Now       []TestedView     `json:"now"`                 // and as it is, at most a minute old
	Ring      []capacity.Ring  `json:"ring"`                // whom to ring, and what to agree
	Actions   []string         `json:"actions"`             // ids of actions raised for it
	Events    []uint64         `json:"events"`
}

// AnswerView is what a person said of an alert or action.
type AnswerView struct {
	What    string           `json:"what"` // taken, handed_on, not_now, shelved, noted; of an action assigned, extended, blocked, done, not_possible, noted
	At      capacity.Instant `json:"at"`
	Role    string           `json:"role"`
	Account string           `json:"account,omitempty"`
	To      string           `json:"to,omitempty"` // the role that it went to
	Reason  string           `json:"reason,omitempty"`
	Until   capacity.Instant `json:"until,omitempty"`
	Count   int              `json:"count,omitempty"`
	Seq     uint64           `json:"seq"`
}

// ToldView is a role that was told, or will be.
type ToldView struct {
	Role string           `json:"role"`
	At   capacity.Instant `json:"at"`
}

// TestedView is a figure that a condition tests, beside its limit.
type TestedView struct {
	Measure string            `json:"measure"` // or a signal; see capacity.Signals
	Title   string            `json:"title"`
	Unit    string            `json:"unit"` // of the measure; level for a level, seconds for a moment
	Kind    capacity.TestKind `json:"kind"`
	Limit   float64           `json:"limit"`
	Value   *float64          `json:"value"`           // null when nothing is known; of a moment null, and At says it
	At      capacity.Instant  `json:"at,omitempty"`    // of a moment
	AsOf    capacity.Instant  `json:"as_of,omitempty"` // when its oldest input last spoke; absent while all are in time
	Holds   bool              `json:"holds"`
}

// Action states.
const (
	ActionOpen       = "open"
	ActionStopped    = "blocked"
	ActionFinished   = "done"
	ActionImpossible = "not_possible"
)

// What came of a promise. An action that ends in facts came true when the facts say so.
const (
	CameTrue    = "came_true"
	ToldNotSeen = "told_not_seen" // told done, or its time has run, and the facts do not show it
)

// ActionView is something that is to be done, from when it was raised until two local days
// after it was done.
type ActionView struct {
	ID      string           `json:"id"`
	Version uint64           `json:"version"`
	Task    string           `json:"task"`  // code of its card
	Title   string           `json:"title"` // as people see it
	Unit    string           `json:"unit"`  // what its count is of: beds, patients, staff; empty where none is
	Scope   string           `json:"scope"`
	Pillar  string           `json:"pillar,omitempty"`
	Level   int              `json:"level,omitempty"` // the OPEL level whose card it is; 0 of one that somebody raised
	Meeting string           `json:"meeting,omitempty"`
	Alert   string           `json:"alert,omitempty"`
	Owner   string           `json:"owner"`
	State   string           `json:"state"`
	Raised  capacity.Instant `json:"raised"`
	Role    string           `json:"role,omitempty"` // who raised it; empty of a card that a level raised
	Due     capacity.Instant `json:"due"`
	First   capacity.Instant `json:"first_due,omitempty"` // when it was due at first, where it was put off
	Missed  capacity.Instant `json:"missed,omitempty"`    // when its time ran out undone
	Over    capacity.Instant `json:"over,omitempty"`      // done or not possible
	Count   int              `json:"count,omitempty"`     // how many were promised
	Told    int              `json:"told,omitempty"`      // how many were told done
	Measure string           `json:"measure,omitempty"`   // the figure that shows it
	Before  *float64         `json:"before,omitempty"`    // that figure when it was raised
	Seen    *float64         `json:"seen,omitempty"`      // how much it has moved since: the best up to when the action was due or over
	Outcome string           `json:"outcome,omitempty"`   // came_true or told_not_seen; absent while it is open and in time, or no figure shows it
	Reason  string           `json:"reason,omitempty"`    // why blocked, put off or not possible
	Answers []AnswerView     `json:"answers"`             // oldest first
	Events  []uint64         `json:"events"`
}

// MeetingView is a bed meeting: the figures as they were when it was opened, and what came of
// them by the next.
type MeetingView struct {
	ID       string           `json:"id"`
	Version  uint64           `json:"version"`
	Scope    string           `json:"scope"`
	Opened   capacity.Instant `json:"opened"`
	Cut      uint64           `json:"cut"`  // the event up to which its figures are
	Role     string           `json:"role"` // who opened it
	Signed   capacity.Instant `json:"signed,omitempty"`
	By       string           `json:"by,omitempty"` // the role that signed
	Account  string           `json:"account,omitempty"`
	Review   capacity.Instant `json:"review,omitempty"` // when the next is
	Levels   []MeetingLevel   `json:"levels"`
	Wards    []MeetingWard    `json:"wards"`      // as laid out
	Shorts   []MeetingShort   `json:"shortfalls"` // by class and site, as laid out; none is netted
	Before   string           `json:"before,omitempty"`
	Actions  []string         `json:"actions"` // raised at it
	Earlier  []string         `json:"earlier"` // open when it was opened, or over since the meeting before
	Definite Promised         `json:"definite"`
	Events   []uint64         `json:"events"`
}

// MeetingLevel is a level as it was at a meeting.
type MeetingLevel struct {
	Scope    string `json:"scope"`
	Level    int    `json:"level"`
	Could    int    `json:"could"`
	Declared int    `json:"declared,omitempty"`
}

// MeetingWard is one ward at a meeting.
type MeetingWard struct {
	Unit      string            `json:"unit"`
	Class     capacity.BedClass `json:"class"`
	Known     bool              `json:"known"`
	Told      capacity.Instant  `json:"told,omitempty"` // of what its feed said last, where that is silent
	Open      int               `json:"open"`
	Occupied  int               `json:"occupied"`
	Available int               `json:"available"`
	Definite  int               `json:"definite"` // to leave today, sure
	Potential int               `json:"potential"`
	Promised  Promised          `json:"promised"`
}

// Promised is what came of those who were definitely to leave: those told definite at the
// meeting, how many of them have left since, and how many had not by the next meeting or
// the end of the local day.
type Promised struct {
	Told    int `json:"told"`
	Left    int `json:"left"`
	NotSeen int `json:"not_seen"` // 0 until it is over
}

// MeetingShort is a shortfall as it was at a meeting.
type MeetingShort struct {
	Site  string            `json:"site"`
	Class capacity.BedClass `json:"class"`
	By    string            `json:"by"`    // the clock time, as the measure names it
	Short *float64          `json:"short"` // beds; null where it is not known
	AsOf  capacity.Instant  `json:"as_of,omitempty"`
}
