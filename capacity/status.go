package capacity

import "slices"

// Status is something that people declare because nothing counts it: it holds until it
// expires, and then nobody knows.
type Status struct {
	Name   string // such as reap; part of addresses, never changed
	Title  string
	Pillar string // acute, community, mental_health, nhs111 or ambulance; empty for one of all
	Values []StatusValue
	Source string
}

// StatusValue is one value of a status. Weight 0 is usual, 1 is pressure, 2 needs attention
// at once.
type StatusValue struct {
	Value  string
	Title  string
	Weight int
}

// Statuses are those that can be declared, in a fixed order. Nobody changes them.
func Statuses() []Status { return statuses }

// StatusNamed finds a status.
func StatusNamed(name string) (*Status, bool) {
	i := slices.IndexFunc(statuses, func(s Status) bool { return s.Name == name })
	if i < 0 {
		return nil, false
	}
	return &statuses[i], true
}

// ValueNamed finds a value of the status.
func (s *Status) ValueNamed(value string) (*StatusValue, bool) {
	i := slices.IndexFunc(s.Values, func(v StatusValue) bool { return v.Value == value })
	if i < 0 {
		return nil, false
	}
	return &s.Values[i], true
}

// DeclaredOPEL is the status by which a person declares the OPEL level of a site or the system.
const DeclaredOPEL = "opel"

var statuses = []Status{
	{DeclaredOPEL, "OPEL level, declared", "", []StatusValue{
		{"1", "OPEL 1 Normal", 0}, {"2", "OPEL 2 Pressure", 1}, {"3", "OPEL 3 Major", 1}, {"4", "OPEL 4 Critical", 2},
	}, "OPEL framework; the words are the wall's"},
	{"reap", "Ambulance REAP level", "ambulance", []StatusValue{
		{"1", "1 Steady state", 0}, {"2", "2 Moderate", 1}, {"3", "3 Severe", 1}, {"4", "4 Extreme", 2},
	}, "Resource Escalation Action Plan, Association of Ambulance Chief Executives"},
	{"critcon", "Critical care network", "acute", []StatusValue{
		{"0", "CRITCON 0 business as usual", 0}, {"1", "CRITCON 1 normal winter", 1}, {"2", "CRITCON 2 stretched", 1}, {"3", "CRITCON 3 full stretch", 2}, {"4", "CRITCON 4 triage", 2},
	}, "CRITCON levels, adult critical care networks"},
	{"nhs111", "NHS 111", "nhs111", []StatusValue{
		{"normal", "Normal", 0}, {"pressure", "Under pressure", 1}, {"failing", "Calls are being abandoned or diverted", 2},
	}, "declared by the provider"},
	{"mental_health", "Mental health crisis services", "mental_health", []StatusValue{
		{"normal", "Normal", 0}, {"pressure", "Under pressure", 1}, {"full", "No bed in the county", 2},
	}, "declared by the provider"},
}
