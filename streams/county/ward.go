package county

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"flowcentre/capacity"
)

// specialty is what a ward is good for.
type specialty string

const (
	medicine     specialty = "MED"
	acuteMed     specialty = "AMU"
	criticalCare specialty = "ITU"
	children     specialty = "PAE"
	maternity    specialty = "OBS"
	surgery      specialty = "SUR"
	orthopaedics specialty = "ORT"
	urology      specialty = "URO"
	vascular     specialty = "VAS"
	gynaecology  specialty = "GYN"
	older        specialty = "GER"
	escalation   specialty = "ESC"
)

// namedFor tells a specialty by a word in the ward's name. HL7 carries the code in PV1-10.
var namedFor = []struct {
	word string
	is   specialty
}{
	{"respiratory", "RES"},
	{"cardio", "CAR"},
	{"gastro", "GAS"},
	{"renal", "REN"},
	{"diabet", "DIA"},
	{"stroke", "STR"},
	{"oncolog", "ONC"},
	{"older", older},
	{"frail", older},
	{"vascular", vascular},
	{"urolog", urology},
	{"gynae", gynaecology},
	{"trauma", orthopaedics},
	{"orthop", orthopaedics},
	{"surg", surgery},
	{"short stay", surgery},
}

func (s specialty) surgical() bool {
	return slices.Contains([]specialty{surgery, orthopaedics, urology, vascular, gynaecology}, s)
}

// ward is a unit as it really is; the centre only hears of it.
type ward struct {
	unit     *capacity.Unit
	is       specialty
	also     []specialty // that it takes
	beds     []*bed
	records  *feed // tells who is in which bed
	board    *feed // tells of beds opened and closed, and the census
	cleaning *feed
	theatres *feed  // asks for beds for electives
	assigner string // of patient and visit numbers
	facility string // of HL7 locations
	point    string // of care
	guests   []*stay
	absent   bool // the nurse who sees to discharges, today
}

// bed is a bed as it really is.
type bed struct {
	def   *capacity.Bed
	ward  *ward
	stay  *stay // who is in it
	kept  *stay // who is to have it, or may come back to it
	dirty bool
	shut  bool
	left  uint64 // departures, so that a cleaning knows whether it still matters
}

// suits tells whether a patient may be in the bed: by sex, and alone where need be. Who
// has waited long is put where there is room.
func (b *bed) suits(s *stay, waited time.Duration) bool {
	if waited < anyRoomAfter && s.alone && !b.def.SideRoom {
		return false
	}
	whose := b.whose()
	return whose == "" || whose == s.gender() || waited > anySexAfter && b.ward.is == acuteMed
}

// whose bay the bed is in: of the sex it is laid out for, or of those who are in it or
// are to come; empty for either.
func (b *bed) whose() string {
	if b.def.Sex != "" || b.def.SideRoom {
		return b.def.Sex
	}
	women, men := 0, 0
	for _, o := range b.ward.beds {
		for _, s := range []*stay{o.stay, o.kept} {
			switch {
			case s == nil || o.def.Bay != b.def.Bay || o.def.SideRoom:
			case s.sex == "F":
				women++
			default:
				men++
			}
		}
	}
	switch {
	case women+men == 0:
		return ""
	case men > women:
		return "male"
	}
	return "female"
}

// bedFor finds a free bed for a patient, a side room only for who needs one or when
// there is nothing else.
func (w *ward) bedFor(s *stay, waited time.Duration) *bed {
	var found *bed
	for _, b := range w.beds {
		if b.free() && b.suits(s, waited) && (found == nil || found.def.SideRoom && !b.def.SideRoom && !s.alone) {
			found = b
		}
	}
	return found
}

func (w *ward) freeFor(s *stay, waited time.Duration) (n int) {
	for _, b := range w.beds {
		if b.free() && b.suits(s, waited) {
			n++
		}
	}
	return n
}

// How long somebody waits before a bed that is not quite right will do.
const (
	needsSideRoom = .08
	pastAMU       = 2 * time.Hour // medical patients who have not been on the AMU
	outlieAfter   = 5 * time.Hour
	anySexAfter   = 10 * time.Hour // on the AMU; a ward makes no bay mixed
	anyRoomAfter  = 9 * time.Hour
	anyWardAfter  = 10 * time.Hour
	turnAfter     = 9 * time.Hour // and before who waits elsewhere counts as one in A&E
)

func (b *bed) free() bool { return b.stay == nil && b.kept == nil && !b.dirty && !b.shut }

// takes tells whether patients of a specialty belong on the ward.
func (w *ward) takes(s specialty) bool { return w.is == s || slices.Contains(w.also, s) }

// siteTeam is the bed board if the site team asks for beds on it too.
func (w *ward) siteTeam() *feed {
	if w.board != nil && w.board.has("requests") {
		return w.board
	}
	return nil
}

func (w *ward) freeBed() *bed {
	for _, b := range w.beds {
		if b.free() {
			return b
		}
	}
	return nil
}

func (w *ward) free() (n int) {
	for _, b := range w.beds {
		if b.free() {
			n++
		}
	}
	return n
}

// place is where a patient is, as a CloudEvent says it.
func (b *bed) place() string { return b.ward.unit.ID + "/" + b.def.ID }

// enter puts a patient on a ward, in a bed where it has any.
func (s *stay) enter(w *ward, b *bed) {
	s.leave()
	s.ward, s.bed = w, b
	if b == nil {
		w.guests = append(w.guests, s)
		return
	}
	b.stay = s
	if b.kept == s {
		b.kept = nil
	}
}

// leave takes a patient from wherever they are.
func (s *stay) leave() {
	if s.bed != nil {
		s.bed.stay = nil
		s.bed.left++
	} else if s.ward != nil {
		s.ward.guests = slices.DeleteFunc(s.ward.guests, func(o *stay) bool { return o == s })
	}
	s.ward, s.bed = nil, nil
}

// build makes the sites and their wards of the layout.
func (c *County) build() {
	l := &c.options.Layout
	kinds := map[string]capacity.SiteKind{}
	codes := map[string]string{}
	for _, o := range l.Organisations {
		codes[o.ID] = cmp.Or(o.Code, strings.ToUpper(o.ID))
	}
	assigner := map[string]string{}
	sites := map[string]*hospital{}
	for _, s := range l.Sites {
		kinds[s.ID], assigner[s.ID] = s.Kind, codes[s.Organisation]
		if s.Kind == capacity.Acute {
			sites[s.ID] = &hospital{county: c, id: s.ID}
			c.sites = append(c.sites, sites[s.ID])
		}
	}
	c.commune = &community{county: c}
	for i := range l.Units {
		w := c.ward(&l.Units[i])
		if w == nil {
			continue
		}
		w.assigner = assigner[w.unit.Site]
		for _, id := range w.unit.Feeds {
			if f := c.feeds[id]; f != nil && f.assigner == "" {
				f.assigner = w.assigner
			}
		}
		switch {
		case w.unit.Kind == capacity.AandE && w.records == nil:
			c.minors = append(c.minors, c.department(nil, w))
		case kinds[w.unit.Site] == capacity.Community:
			c.commune.wards = append(c.commune.wards, w)
		default:
			sites[w.unit.Site].take(w)
		}
	}
	c.sites = slices.DeleteFunc(c.sites, func(h *hospital) bool { return len(h.wards) == 0 })
}

// voice is the first feed of a unit that tells of something, in CloudEvents.
func (c *County) voice(u *capacity.Unit, what string) *feed {
	for _, id := range u.Feeds {
		if f := c.feeds[id]; f != nil && f.has(what) && f.protocol != MLLP {
			return f
		}
	}
	return nil
}

// ward makes a ward of a unit, and nil where nobody is played who would tell of it.
func (c *County) ward(u *capacity.Unit) *ward {
	w := &ward{unit: u, is: medicine, board: c.voice(u, "beds"), cleaning: c.voice(u, "cleaning"), theatres: c.voice(u, "electives")}
	for _, id := range u.Feeds {
		if f := c.feeds[id]; f != nil && w.records == nil && f.has("occupancy") && f.protocol != NATS {
			w.records = f
		}
	}
	if w.records == nil {
		if u.Kind != capacity.AandE || c.voice(u, "ae") == nil {
			return nil
		}
		w.board = c.voice(u, "ae") // a minor injury unit counts its own
	}
	w.point = u.ID
	for _, a := range u.Aliases {
		if facility, point, ok := strings.Cut(a, "/"); ok && !strings.Contains(point, "/") {
			w.facility, w.point = facility, point
			break
		}
	}
	name := strings.ToLower(u.Name)
	for _, n := range namedFor {
		if strings.Contains(name, n.word) {
			w.is = n.is
			break
		}
	}
	if len(u.Specialties) > 0 {
		w.is = specialty(u.Specialties[0])
		for _, s := range u.Specialties[1:] {
			w.also = append(w.also, specialty(s))
		}
	}
	beyond := 0
	for i := range u.Beds {
		b := &bed{def: &u.Beds[i], ward: w, shut: u.Beds[i].Escalation}
		if b.shut {
			beyond++
		}
		w.beds = append(w.beds, b)
	}
	switch {
	case u.Class == capacity.CriticalCareClass:
		w.is = criticalCare
	case u.Class == capacity.Paediatric:
		w.is = children
	case u.Class == capacity.Maternity:
		w.is = maternity
	case u.Kind == capacity.AssessmentUnit:
		w.is = acuteMed
	case beyond > 0 && beyond == len(u.Beds):
		w.is = escalation
	}
	return w
}
