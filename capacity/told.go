package capacity

import "slices"

// Told says whether anything shows that what the measure counts is told of the unit at
// all, and whether nothing shows that a part of it is not. A census may name nobody, and a
// list of A&E may lack a column: whoever then counts finds nobody, which is not 0. Where a
// feed supplies one of Surely nobody need ask.
func (m *Measure) Told(p *Picture) (some, all bool) {
	if m.told == nil {
		return true, true
	}
	return m.told(p)
}

// Expected says whether a unit lacks the measure if no feed supplies it. Of other units it
// is given where a feed does, and else left out.
func (m *Measure) Expected(u *Unit, site *Site) bool { return m.expected == nil || m.expected(u, site) }

// whoIsThere is that the patients in the unit's beds are known, and not only their beds.
func whoIsThere(p *Picture) (some, all bool) {
	taken := slices.ContainsFunc(p.Beds, func(b BedNow) bool { return b.State == Occupied && b.Stay == "" })
	return !taken || slices.ContainsFunc(p.Stays, (*Stay).Open), !taken
}

const unnamed = " Not known of a unit whose beds are told to be taken with nobody named."

// described is that something of the patients is told of one of them at least.
func described(tells func(*Stay) bool) func(*Picture) (bool, bool) {
	return func(p *Picture) (some, all bool) {
		some, all = whoIsThere(p)
		anyone := false
		for i := range p.Stays {
			if s := p.Stays[i]; s.Open() {
				if tells(s) {
					return some, all
				}
				anyone = true
			}
		}
		return some && !anyone, all
	}
}

// column is that something is told of one attendance at least, or that there was none.
func column(tells func(*Attendance) bool) func(*Picture) (bool, bool) {
	return func(p *Picture) (bool, bool) {
		told := len(p.Attendances) == 0 || slices.ContainsFunc(p.Attendances, tells)
		return told, told
	}
}

// listed makes a measure one that a list of A&E tells only if it has a column for it.
// What has that column is said as the patients of whom it tells something.
func (m Measure) listed(who string, tells func(*Attendance) bool, surely ...string) Measure {
	m.Definition += " Not known of a department that sends a list only, where no patient since the local day before " + who + "."
	m.Surely, m.told = append([]string{"ae"}, surely...), column(tells)
	return m
}

// requested are the units where beds are asked for: those of acute sites that have beds,
// and A&E.
func requested(u *Unit, site *Site) bool {
	return site.Kind != Community && (aandE(u) || bedded(u))
}
