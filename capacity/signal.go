package capacity

import "slices"

// Signal is what can be tested besides measures: an OPEL level and its moments, and what has
// become of actions. Its value is of the scope that a condition is of.
type Signal struct {
	Name   string
	Title  string // as people see it
	Unit   string // level, actions or time
	Moment bool   // it is a moment, in seconds since 1970
}

var signals = []Signal{
	{"opel_shown", "OPEL by the figures", "level", false},
	{"opel_assessed", "OPEL by the newest assessment", "level", false},
	{"opel_could", "OPEL that it could be", "level", false},
	{"opel_above_declared", "Levels above the declared OPEL", "level", false},
	{"opel_shown_since", "OPEL shown since", "time", true},
	{"opel_review", "Review of the declared OPEL", "time", true},
	{"actions_overdue", "Actions past their time", "actions", false},
	{"promises_missed", "Promises told, not seen", "actions", false},
	{"promise_missed_at", "Promise last not seen", "time", true},
}

// Signals are the names of all signals.
func Signals() []string {
	names := make([]string, len(signals))
	for i := range signals {
		names[i] = signals[i].Name
	}
	return names
}

// SignalNamed finds a signal.
func SignalNamed(name string) (Signal, bool) {
	i := slices.IndexFunc(signals, func(s Signal) bool { return s.Name == name })
	if i < 0 {
		return Signal{}, false
	}
	return signals[i], true
}
