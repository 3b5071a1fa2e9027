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
	Measure string `json:"measure"`
	Up      bool   `json:"up"` // it rises; else it falls
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
