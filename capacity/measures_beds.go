package capacity

import "slices"

// words are what the classes are called in titles and definitions.
var words = map[BedClass]string{
	AdultGA: "adult G&A", CriticalCareClass: "critical care", Paediatric: "paediatric",
	Maternity: "maternity", CommunityClass: "community", DayClass: "day",
}

// bedMeasures count beds, each class apart: beds of different classes are never added.
func bedMeasures() (all []Measure) {
	for _, class := range BedClasses() {
		all = append(all, classMeasures(class)...)
	}
	return append(
		all,
		Measure{
			Name: "adult_ga_escalation_share", Family: "beds", Title: "Adult G&A escalation beds", Unit: "percent", Window: "now", Scope: "unit",
			Definition: "Open adult G&A beds beyond the core complement, in percent of all open adult G&A beds.",
			Source:     "UEC daily SitRep, core and escalation beds", Supply: []string{"occupancy", "beds"}, Form: Share, Class: AdultGA,
			census: true, applies: ofClass(AdultGA), take: func(n *counting) {
				for i := range n.Beds {
					if b := &n.Beds[i]; b.State != Closed {
						n.bed(b, 1, side(n.escalation(b)))
					}
				}
			},
		},
		Measure{
			Name: "escalation_beds_past_review", Family: "beds", Title: "Escalation beds in use past their time", Unit: "beds", Window: "now", Scope: "unit",
			Definition: "Beds beyond the core complement with a patient in that are not open: the time until which they were opened has run, or nobody opened them. An escalation bed counts as closed again when its time has run, until somebody opens it anew.",
			Source:     "Flow Centre", Supply: []string{"occupancy", "beds"}, Form: Count,
			census: true, applies: bedded, take: func(n *counting) {
				for i := range n.Beds {
					if b := &n.Beds[i]; b.Unopened {
						n.bed(b, 1, "")
					}
				}
			},
		},
		Measure{
			Name: "without_bed", Family: "beds", Title: "Patients without a bed", Unit: "patients", Window: "now", Scope: "unit",
			Definition: "Patients who are on a unit that has beds and are in none of them: on a chair, a trolley or between beds. Patients in A&E and on the way are not among them." + unnamed,
			Source:     "Flow Centre", Supply: []string{"occupancy"}, Form: Count,
			census: true, applies: bedded, told: whoIsThere, take: func(n *counting) {
				for _, s := range n.bedless() {
					n.one(s.Key, s.Events, s.Here)
				}
			},
		},
		Measure{
			Name: "mixed_sex_bays", Family: "beds", Title: "Mixed-sex bays", Unit: "bays", Window: "now", Scope: "unit",
			Definition: "Bays, not side rooms, with at least one man and one woman in them. A patient whose sex is not told makes no bay mixed. Critical care, children's wards and day units are left out. It counts bays, where the monthly return counts patients. Not known of a unit with patients whose sex nobody tells." + unnamed,
			Source:     "NHS England, delivering same-sex accommodation", Supply: []string{"occupancy"}, Form: Count,
			census:  true,
			applies: func(u *Unit) bool { return inpatient(u) && u.Class != CriticalCareClass && u.Class != Paediatric },
			told:    described(func(s *Stay) bool { return s.Sex != "" }),
			take:    mixedBays,
		},
		Measure{
			Name: "outliers", Family: "beds", Title: "Outliers", Unit: "patients", Window: "now", Scope: "unit",
			Definition: "Patients on a unit that is laid out for certain specialties, who are under another one. A patient whose specialty is not told is no outlier. Not known of a unit with patients whose specialty nobody tells." + unnamed,
			Source:     "Flow Centre", Supply: []string{"occupancy"}, Form: Count,
			census: true, applies: func(u *Unit) bool { return bedded(u) && len(u.Specialties) > 0 },
			told: described(func(s *Stay) bool { return s.Service != "" }), take: func(n *counting) {
				for s := range n.staying() {
					if s.Service != "" && !slices.Contains(n.Unit.Specialties, s.Service) {
						n.one(s.Key, s.Events, s.Here)
					}
				}
			},
		},
		Measure{
			Name: "in_transit", Family: "beds", Title: "In transit", Unit: "patients", Window: "now", Scope: "unit",
			Definition: "Patients on the way to a bed: left A&E for a ward, or left for the bed of a request, or under way from one hospital to another of the system, and not arrived. Each counts once, where the way began, or of a transfer where it ends, and nowhere else: a patient whom A&E still has in the department counts there only.",
			Source:     "Flow Centre", Supply: []string{"requests", "ae"}, Form: Count,
			applies: func(*Unit) bool { return true }, expected: requested, take: inTransit,
		},
	)
}

func classMeasures(class BedClass) []Measure {
	w := words[class]
	beds := func(name, title, definition string, fits func(n *counting, b *BedNow) bool) Measure {
		return Measure{
			Name: string(class) + "_" + name, Family: "beds", Title: capital(w + " " + title), Unit: "beds", Window: "now", Scope: "unit",
			Definition: definition, Source: "UEC daily SitRep process and definitions", Supply: []string{"occupancy"}, Form: Count, Class: class,
			census: true, applies: ofClass(class), take: func(n *counting) {
				for i := range n.Beds {
					if b := &n.Beds[i]; fits(n, b) {
						n.bed(b, 1, "")
					}
				}
			},
		}
	}
	in := func(states ...BedState) func(*counting, *BedNow) bool {
		return func(_ *counting, b *BedNow) bool { return slices.Contains(states, b.State) }
	}

	total := beds("total", "beds", "All "+w+" beds as laid out, open or closed.", func(*counting, *BedNow) bool { return true })
	closed := beds("closed", "beds closed", "Empty "+w+" beds that take nobody: closed, or not opened. A closed bed with a patient in it is occupied. Of a unit before its first census the closed beds are counted all the same.", in(Closed))
	infection := beds("closed_infection", "beds closed, infection control", "Empty "+w+" beds that are closed for infection control, such as diarrhoea and vomiting or norovirus.", func(_ *counting, b *BedNow) bool { return b.State == Closed && b.Reason == "infection_control" })
	for _, m := range []*Measure{&total, &closed, &infection} {
		m.census, m.Supply = false, []string{"occupancy", "beds"}
	}

	occupied := beds("occupied", "beds occupied", "Open "+w+" beds with a patient in or told to be taken, and those taken up by patients who are on the unit without a bed.", in(Occupied))
	occupied.take = func(n *counting) {
		n.states(Occupied)
		n.seats(1)
	}
	available := beds("available", "beds available", "Open "+w+" beds that are staffed, ready, empty and kept for nobody, less one for each patient who is on the unit without a bed. Open beds = occupied + reserved + not ready + available.", in(Available))
	available.take = func(n *counting) {
		n.states(Available)
		n.seats(-1)
	}
	over := beds("over", "patients over", "Patients on wards of "+w+" beds beyond the open beds: without a bed, and none is available."+unnamed, nil)
	over.told = whoIsThere
	over.Unit, over.take = "patients", func(n *counting) {
		_, standing := n.seated()
		for _, s := range standing {
			n.one(s.Key, s.Events, s.Here)
		}
	}
	sideRooms := beds("side_rooms_available", "side rooms available", "Side rooms among the available "+w+" beds. Patients on the unit without a bed are taken to be given other beds first.", nil)
	sideRooms.take = sideRoomsAvailable

	occupancy := Measure{
		Name: string(class) + "_occupancy", Family: "beds", Title: capital(w + " occupancy"), Unit: "percent", Window: "now", Scope: "unit",
		Definition: "Patients in " + w + " beds and over, in percent of open " + w + " beds; above 100 when there are more patients than open beds. Closed beds are left out, and beds of every other class.",
		Source:     "UEC daily SitRep process and definitions", Supply: []string{"occupancy"}, Form: Share, Class: class,
		census: true, applies: ofClass(class), take: occupancyTaken,
	}
	return []Measure{
		total,
		beds("open", "beds open", "All "+w+" beds that are not closed: occupied, reserved, not ready or available.", in(Occupied, Reserved, NotReady, Available)),
		closed, infection, occupied,
		beds("reserved", "beds reserved", "Open, empty "+w+" beds kept for a patient who is to come.", in(Reserved)),
		beds("not_ready", "beds not ready", "Open, empty "+w+" beds that are being cleaned, wait to be cleaned, or are contaminated.", in(NotReady)),
		available, over, occupancy, sideRooms,
		beds("escalation_open", "escalation beds open", "Open "+w+" beds beyond the core complement.", func(n *counting, b *BedNow) bool { return b.State != Closed && n.escalation(b) }),
	}
}

func capital(text string) string { return string(text[0]-'a'+'A') + text[1:] }

func bedded(u *Unit) bool { return u.Kind.HasBeds() }

// inpatient units hold patients overnight.
func inpatient(u *Unit) bool { return bedded(u) && u.Class != DayClass }

func ofClass(class BedClass) func(*Unit) bool {
	return func(u *Unit) bool { return bedded(u) && u.Class == class }
}

// bed counts a bed.
func (n *counting) bed(b *BedNow, value float64, side string) {
	n.count(Item{Key: b.ID, Value: value, Side: side}, b.Events, b.Since)
}

func (n *counting) states(s BedState) {
	for i := range n.Beds {
		if b := &n.Beds[i]; b.State == s {
			n.bed(b, 1, "")
		}
	}
}

// seats counts the patients without a bed for whom an available one is.
func (n *counting) seats(value float64) {
	seated, _ := n.seated()
	for _, s := range seated {
		n.count(Item{Key: s.Key, Value: value}, s.Events, s.Here)
	}
}

func (n *counting) escalation(b *BedNow) bool {
	for i := range n.Unit.Beds {
		if laid := &n.Unit.Beds[i]; laid.Escalation && laid.ID == b.ID {
			return true
		}
	}
	return false
}

// available gives the available beds, side rooms last.
func (n *counting) available() (beds []*BedNow) {
	for _, room := range []bool{false, true} {
		for i := range n.Beds {
			if b := &n.Beds[i]; b.State == Available && b.SideRoom == room {
				beds = append(beds, b)
			}
		}
	}
	return beds
}

// bedless gives the patients on the unit without a bed, who came first first.
func (n *counting) bedless() (patients []*Stay) {
	for s := range n.staying() {
		if s.Bed == "" {
			patients = append(patients, s)
		}
	}
	slices.SortStableFunc(patients, func(a, b *Stay) int { return int(a.Here.At - b.Here.At) })
	return patients
}

// seated divides the patients without a bed: an available bed there is for the first of
// them, the others are over.
func (n *counting) seated() (seated, standing []*Stay) {
	patients := n.bedless()
	beds := 0
	for i := range n.Beds {
		if n.Beds[i].State == Available {
			beds++
		}
	}
	beds = min(beds, len(patients))
	return patients[:beds], patients[beds:]
}

func sideRoomsAvailable(n *counting) {
	beds := n.available()
	rooms := 0
	for _, b := range beds {
		if b.SideRoom {
			rooms++
			n.bed(b, 1, "")
		}
	}
	seated, _ := n.seated()
	for i, s := range seated {
		if i >= len(beds)-rooms {
			n.count(Item{Key: s.Key, Value: -1}, s.Events, s.Here)
		}
	}
}

func occupancyTaken(n *counting) {
	for i := range n.Beds {
		if b := &n.Beds[i]; b.State != Closed {
			n.bed(b, 1, side(b.State == Occupied))
		}
	}
	for _, s := range n.bedless() { // their bed, if there is one, is among the rest
		n.count(Item{Key: s.Key, Value: 1, Side: Beyond}, s.Events, s.Here)
	}
}

// mixedBays counts bays by the sex of the patients in them.
func mixedBays(n *counting) {
	for i := range n.Beds {
		bay := n.Beds[i].Bay
		if bay == "" || n.Beds[i].SideRoom || n.bayBefore(i) {
			continue
		}
		first := map[string]*Stay{}
		for s := range n.staying() {
			if first[s.Sex] == nil && n.inBay(s, bay) {
				first[s.Sex] = s
			}
		}
		if man, woman := first["male"], first["female"]; man != nil && woman != nil {
			later := man.Here
			if woman.Here.At > later.At {
				later = woman.Here
			}
			n.count(Item{Key: bay, At: later.At, Value: 1}, slices.Concat(man.Events, woman.Events), man.Here, woman.Here)
		}
	}
}

// bayBefore says whether a bed before the i-th is in the same bay.
func (n *counting) bayBefore(i int) bool {
	return slices.ContainsFunc(n.Beds[:i], func(b BedNow) bool { return b.Bay == n.Beds[i].Bay && !b.SideRoom })
}

func (n *counting) inBay(s *Stay, bay string) bool {
	return s.Bed != "" && slices.ContainsFunc(n.Beds, func(b BedNow) bool { return b.ID == s.Bed && b.Bay == bay && !b.SideRoom })
}

func inTransit(n *counting) {
	for i := range n.Attendances {
		if a := n.Attendances[i]; a.Transit {
			n.one(a.Key, a.Events, a.Left)
		}
	}
	for i := range n.Requests {
		if r := n.Requests[i]; r.Transit() && !n.attended(r) {
			n.one(r.Key, r.Events, r.Left)
		}
	}
	for _, t := range n.Transfers {
		if t.Transit() && !t.Keyed && t.Direction != Out {
			n.one(t.ID, t.Events, t.Left)
		}
	}
}

// attended says whether the request is of a patient whose attendance is told: both then
// have the same event for when the bed was requested.
func (n *counting) attended(r *Request) bool {
	for i := range n.Attendances {
		if a := n.Attendances[i]; a.Requested.Told() && a.Requested.Seq == r.Requested.Seq && (a.Open() || a.Transit) {
			return true
		}
	}
	return false
}
