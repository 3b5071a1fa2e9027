package capacity

// Card is an action as laid down beforehand: what is to be done on entering a level, or what
// a person can ask for at any time.
type Card struct {
	ID     string   `json:"id"`               // code, part of the log, never changed
	Title  string   `json:"title"`            // at most 60 characters
	Pillar string   `json:"pillar,omitempty"` // see Pillars; empty for the system's own
	Level  int      `json:"level,omitempty"`  // raised on entering this OPEL level; 0: only when somebody asks for it
	Scope  string   `json:"scope"`            // site: of the site that entered it; system: of the whole
	Owner  string   `json:"owner"`            // role, see Roles
	Within int      `json:"within_s"`         // seconds until it is due
	Shows  *Showing `json:"shows,omitempty"`  // the figure by which it is seen to come true
	Unit   string   `json:"unit,omitempty"`   // what its count is of: beds, patients, staff
	From   int      `json:"from_min,omitempty"`
	To     int      `json:"to_min,omitempty"` // of the local day, in minutes: an action of the night is due no earlier than From; both 0: at any time
}

// Showing is a measure that moves when an action is carried out.
type Showing struct {
	Measure string `json:"measure"` // or one of Agreements
	Up      bool   `json:"up"`      // it rises; else it falls
}

// Agreements stand for a measure where an action ends in an agreement: it comes true when one of
// that purpose is agreed of the scope.
func Agreements() []string { return []string{"divert", "mutual_aid"} }

// Takes says whether the card can be of such a scope, system or site/<id>.
func (c *Card) Takes(scope string) bool { return (scope == "system") == (c.Scope == "system") }

// Due is when an action of the card is to be done that is raised at a moment: so much later, or
// where its owner cannot keep that, when the local hours in which it can be done begin again,
// and so much later.
func (c *Card) Due(zone Zone, raised Instant) Instant {
	due := raised + Instant(c.Within)*1000
	if c.From == 0 && c.To == 0 {
		return due
	}
	switch minute := zone.Minute(raised); {
	case minute < c.From:
		return max(due, zone.Clock(raised, c.From)+Instant(c.Within)*1000)
	case minute >= c.To:
		return zone.Clock(zone.NextMidnight(raised), c.From) + Instant(c.Within)*1000
	}
	return due
}

// Ring is whom to ring about an alert, and what to agree.
type Ring struct {
	Role  string `json:"role"`
	Agree string `json:"agree"`
}

// Contact is where a role is reached. It is a number of the role, never of a person.
type Contact struct {
	Role  string `json:"role"`
	Site  string `json:"site,omitempty"` // empty for the whole system
	Phone string `json:"phone"`
}
