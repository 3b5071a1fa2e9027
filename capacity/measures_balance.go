package capacity

import "time"

// balanceMeasures set the beds that can be used by a clock time against those that are
// needed by then, for each class and site.
func balanceMeasures() (all []Measure) {
	for _, class := range []BedClass{AdultGA, CriticalCareClass, Paediatric} {
		for _, h := range []struct {
			hours                       int
			name, window, title, within string
		}{
			{1, "next_hour", "next_hour", "next hour", "the next full hour"},
			{4, "4h", "next_4h", "next 4 hours", "the full hour that is 3 to 4 hours away"},
			{8, "8h", "next_8h", "next 8 hours", "the full hour that is 7 to 8 hours away"},
		} {
			w := words[class]
			all = append(all, Measure{
				Name: string(class) + "_short_" + h.name, Family: "balance", Title: capital(w + " beds short, " + h.title), Unit: "beds", Window: h.window, Scope: "site",
				Definition: "By " + h.within + ": " + w + " beds available now + cleaning due by then + patients confirmed to leave by then, from a bed that can be used again, set against patients over + requests without a bed that are decided, or are step-downs or transfers and repatriations in, and are needed by then + electives due by then without a bed. " +
					"A patient in A&E whose admission is decided and for whom no bed was requested counts as a request for the class of the department, else adult G&A. Each site is settled by itself: spare beds of one site or class never make up for another's shortage. Beds reserved and potential discharges are left out, and arrivals yet to come. " +
					"Not known of a site where neither requests nor a decision in A&E are told; where requests, electives or discharges are not sent it says so, and does without.",
				Source: "Flow Centre", Supply: []string{"occupancy"}, Surely: []string{"requests", "ae"}, Form: Shortfall, Class: class,
				applies: func(u *Unit) bool { return aandE(u) || acute(u) },
				told:    column(func(a *Attendance) bool { return a.Decided.Told() || a.Requested.Told() }),
				take:    func(n *counting) { n.balance(class, h.hours) },
			})
		}
	}
	return all
}

// balance takes what the unit has of a class, and what it needs, by a full hour.
func (n *counting) balance(class BedClass, hours int) {
	by := n.fullHour(hours)
	n.sum.At = by
	if ofClass(class)(n.Unit) {
		n.usable(by)
	} else {
		n.sum.Units = 0 // only who knows its beds says anything of a shortage
	}
	for i := range n.Requests {
		r := n.Requests[i]
		if term := n.needs(r, by); term != "" && r.Wants == class {
			n.count(Item{Key: r.Key, Value: 1, Side: term, Until: r.Due}, r.Events, sooner(r.Decided, r.Requested))
		}
	}
	if aandE(n.Unit) && n.wants() == class {
		for a := range n.here() {
			if a.Decided.Told() && !a.Requested.Told() {
				n.count(Item{Key: a.Key, Value: 1, Side: Decided, Until: a.Decided.At.Add(12 * time.Hour)}, a.Events, a.Decided)
			}
		}
	}
}

// fullHour is when the local clock shows a full hour, the first after now for 1; 0 before
// the clock is told for the first time.
func (n *counting) fullHour(hours int) Instant {
	hour := Instant(time.Hour.Milliseconds())
	past := n.Now - n.Zone.Local(n.Now)%hour
	n.Passed(past + hour)
	if n.Now == 0 {
		return 0
	}
	return past + Instant(hours)*hour
}

// usable counts the beds that can be used by then, and the patients over.
func (n *counting) usable(by Instant) {
	seated, over := n.seated()
	for i, b := range n.available() {
		if i >= len(seated) {
			n.bed(b, 1, Usable)
		}
	}
	for i := range n.Beds {
		b := &n.Beds[i]
		if b.State == NotReady && b.Ready != 0 && b.Ready <= by {
			n.count(Item{Key: b.ID, Value: 1, Side: Cleaning, Until: b.Ready}, b.Events, b.Since)
		}
	}
	for s := range n.staying() {
		if leaves := s.Plan.leaves(s); n.returns(s) && n.confirmed(s) && leaves <= by {
			n.count(Item{Key: s.Key, Value: 1, Side: Leaving, Until: leaves}, s.Events, s.Plan.Planned.or(s.Here))
		}
	}
	for _, s := range over {
		n.count(Item{Key: s.Key, Value: 1, Side: Over}, s.Events, s.Here)
	}
}

// returns says whether the bed of a patient can be used again when the patient leaves.
func (n *counting) returns(s *Stay) bool {
	for i := range n.Beds {
		if b := &n.Beds[i]; b.ID == s.Bed {
			return b.State == Occupied && b.Returns
		}
	}
	return false
}

// needs is the term of the balance that a request belongs to, empty for none.
func (n *counting) needs(r *Request, by Instant) string {
	if !r.Open() || !r.unplaced() || r.Due > by {
		return ""
	}
	switch r.Origin {
	case "elective":
		if r.Due < n.midnight() {
			return ""
		}
		return Elective
	case "step_down":
		return StepDown
	case "transfer":
		return Transfer
	case "gp":
		return Decided
	}
	if r.Decided.Told() {
		return Decided
	}
	return ""
}

// wants is the class of bed that patients of an A&E department need where no request
// says so.
func (n *counting) wants() BedClass {
	if n.Unit.Class != "" {
		return n.Unit.Class
	}
	return AdultGA
}
