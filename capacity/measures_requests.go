package capacity

import "time"

// requestMeasures count requests for a bed.
func requestMeasures() []Measure {
	const own = "Flow Centre"
	requests := func(name, title, definition, window, source string, because func(n *counting, r *Request) Moment) Measure {
		return Measure{
			Name: name, Family: "requests", Title: title, Definition: definition, Unit: "patients", Window: window, Scope: "unit", Source: source,
			Supply: []string{"requests"}, Form: Count, applies: func(*Unit) bool { return true }, expected: requested,
			take: func(n *counting) {
				for i := range n.Requests {
					r := n.Requests[i]
					if m := because(n, r); m.Told() {
						n.one(r.Key, r.Events, m)
					}
				}
			},
		}
	}
	electives := func(m Measure) Measure {
		m.Supply, m.applies = []string{"electives"}, bedded
		return m
	}
	return []Measure{
		requests("requests_open", "Bed requests", "Requests for a bed whose patient is not in it yet and that are not cancelled, with a bed or without, on the way or not. An elective counts from the day on which it is due.", "now", own,
			func(n *counting, r *Request) Moment { return r.Requested.or(r.Decided).when(n.wanted(r)) }),
		requests("requests_without_bed", "Bed requests without a bed", "Open requests for which no bed is allocated and whose patient has not left for one. An elective counts from the day on which it is due.", "now", own,
			func(n *counting, r *Request) Moment {
				return r.Requested.or(r.Decided).when(n.wanted(r) && r.unplaced())
			}),
		requests("side_room_queue", "Waiting for a side room", "Open requests that need a side room and have no bed allocated. An elective counts from the day on which it is due.", "now", own,
			func(n *counting, r *Request) Moment {
				return r.Requested.or(r.Decided).when(n.wanted(r) && r.unplaced() && r.Needed("side_room"))
			}),
		requests("step_downs_over_4h", "Step-downs waiting over 4 hours", "Patients who are to leave critical care for a ward, whose bed was requested more than 4 hours ago and who have not left for it, whether a bed is allocated or not.", "now", "Critical care minimum data set, delayed discharge beyond 4 hours",
			func(n *counting, r *Request) Moment {
				return r.Requested.or(r.Decided).when(r.Origin == "step_down" && r.Open() && !r.Transit() && n.over(r.Requested.At, 4*time.Hour))
			}),
		electives(requests("electives_due", "Electives due today", "Patients of the elective list who are due on this local day and not cancelled, arrived or not.", "today", own,
			func(n *counting, r *Request) Moment {
				return r.Requested.or(r.Decided).when(r.Origin == "elective" && !r.Cancelled.Told() && n.today(r.Due))
			})),
		electives(requests("electives_cancelled", "Electives cancelled", "Patients of the elective list who were cancelled since local midnight, on whatever day they were due.", "since_midnight", own,
			func(n *counting, r *Request) Moment {
				return r.Cancelled.when(r.Origin == "elective" && r.Cancelled.At >= n.midnight())
			})),
	}
}

// wanted says whether the request is for a bed now: an elective of a later day is not.
func (n *counting) wanted(r *Request) bool {
	return r.Open() && (r.Origin != "elective" || r.Due < n.clock(24))
}

// unplaced says whether the request has no bed and its patient waits for one.
func (r *Request) unplaced() bool { return r.Bed == "" && !r.Left.Told() }
