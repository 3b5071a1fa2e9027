package county

import (
	"fmt"
	"testing"
	"time"
)

// Consistent checks the county's own truth: nobody is in two beds, and no bed holds two.
func Consistent(c *County) error {
	in := map[*stay]*bed{}
	wards := append([]*ward{}, c.commune.wards...)
	for _, h := range c.sites {
		wards = append(wards, h.wards...)
	}
	for _, w := range wards {
		for _, b := range w.beds {
			s := b.stay
			if s == nil {
				continue
			}
			if other, twice := in[s]; twice {
				return fmt.Errorf("one patient in %s and %s", other.place(), b.place())
			}
			in[s] = b
			if s.bed != b || s.ward != w || s.gone {
				return fmt.Errorf("the patient of %s is elsewhere", b.place())
			}
		}
		for _, s := range w.guests {
			if s.ward != w || s.bed != nil || s.gone {
				return fmt.Errorf("a guest of %s is elsewhere", w.unit.ID)
			}
		}
	}
	for _, h := range c.sites {
		for _, s := range h.staying {
			if s.bed != nil && s.bed.stay != s {
				return fmt.Errorf("the bed of a patient on %s holds another", s.bed.place())
			}
		}
	}
	return nil
}

// MixedBays counts the bays with men and women in them, where patients sleep and no critical
// care is given.
func MixedBays(c *County) (n int) {
	for _, h := range c.sites {
		for _, w := range h.adult {
			_, bays := w.bays()
			for _, beds := range bays {
				sexes := map[string]bool{}
				for _, b := range beds {
					if b.stay != nil && !b.def.SideRoom {
						sexes[b.stay.sex] = true
					}
				}
				if len(sexes) > 1 {
					n++
				}
			}
		}
	}
	return n
}

// HandBack has a care agency hand starts back for the days to come.
func HandBack(c *County) { c.agencyBack = c.now.Add(10 * 24 * time.Hour) }

// Snow lets it snow for the days to come.
func Snow(c *County) { c.snow = c.now.Add(10 * 24 * time.Hour) }

var raced bool // built with the race detector

// Weeks skips a test under the race detector that plays weeks of one goroutine.
func Weeks(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("plays weeks in one goroutine, which is done without the race detector")
	}
}
