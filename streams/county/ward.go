package county

import (
	"cmp"
	"slices"
	"strings"

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
	beds     []*bed
	records  *feed // tells who is in which bed
	board    *feed // tells of beds opened and closed, and the census
	cleaning *feed
	facility string // of HL7 locations
	point    string // of care
	guests   []*stay
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

func (b *bed) free() bool { return b.stay == nil && b.kept == nil && !b.dirty && !b.shut }

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
		w.records.assigner = assigner[w.unit.Site]
		if kinds[w.unit.Site] == capacity.Community {
			c.commune.wards = append(c.commune.wards, w)
		} else {
			sites[w.unit.Site].take(w)
		}
	}
	c.sites = slices.DeleteFunc(c.sites, func(h *hospital) bool { return len(h.wards) == 0 })
}

// ward makes a ward of a unit, and nil where nobody is played who would tell of it.
func (c *County) ward(u *capacity.Unit) *ward {
	w := &ward{unit: u, is: medicine}
	for _, id := range u.Feeds {
		f, supplies := c.feeds[id], feedOf(&c.options.Layout, id)
		if f == nil {
			continue
		}
		if w.records == nil && slices.Contains(supplies.Supplies, "occupancy") && f.protocol != NATS {
			w.records = f
		}
		if w.board == nil && slices.Contains(supplies.Supplies, "beds") && f.protocol != MLLP {
			w.board = f
		}
		if w.cleaning == nil && slices.Contains(supplies.Supplies, "cleaning") && f.protocol != MLLP {
			w.cleaning = f
		}
	}
	if w.records == nil {
		return nil
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
