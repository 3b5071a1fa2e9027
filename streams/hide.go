package streams

import (
	"fmt"
	"slices"
	"strings"

	"flowcentre/flow"
)

// hide gives e with every identifier of a patient or visit replaced by its keyed hash,
// sharing nothing with the event it was given. It refuses an identifier that is not
// written authority/type/value: the same number of two authorities is two patients.
func (k *Keys) hide(e flow.Event) (flow.Event, error) {
	h := hider{keys: k}
	d := &e.Data
	h.patient(&d.Patient, "data.patient")
	h.patient(&d.FromPatient, "data.from_patient")
	h.visit(&d.Visit, "data.visit")
	h.visit(&d.FromVisit, "data.from_visit")
	d.Also = append([]string(nil), d.Also...)
	for i := range d.Also {
		h.patient(&d.Also[i], fmt.Sprintf("data.also[%d]", i))
	}
	d.Census = slices.Clone(d.Census)
	for i := range d.Census {
		h.patient(&d.Census[i].Patient, fmt.Sprintf("data.census[%d].patient", i))
		h.visit(&d.Census[i].Visit, fmt.Sprintf("data.census[%d].visit", i))
	}
	d.List = slices.Clone(d.List)
	for i := range d.List {
		h.patient(&d.List[i].Patient, fmt.Sprintf("data.list[%d].patient", i))
		h.visit(&d.List[i].Visit, fmt.Sprintf("data.list[%d].visit", i))
	}
	if d.Swap != nil {
		leg := *d.Swap
		h.patient(&leg.Patient, "data.swap.patient")
		h.visit(&leg.Visit, "data.swap.visit")
		d.Swap = &leg
	}
	if strings.HasPrefix(e.ID, hl7ID) {
		e.ID = k.ID(e.ID)
	}
	return e, h.err
}

type hider struct {
	keys *Keys
	err  error
}

func (h *hider) patient(text *string, field string) { h.hide(text, field, h.keys.Patient) }
func (h *hider) visit(text *string, field string)   { h.hide(text, field, h.keys.Visit) }

func (h *hider) hide(text *string, field string, hash func(string) string) {
	if *text == "" {
		return
	}
	if h.err == nil && !identifies(*text) {
		h.err = &flow.Invalid{Field: field, Reason: "is not written authority/type/value, such as RWP50/MR/1234567"}
	}
	*text = hash(*text)
}

// identifies says whether text has the form authority/type/value, with a value. A slash
// within a part is written %2F, as HL7's are, or the two would never meet on one patient.
func identifies(text string) bool {
	parts := strings.Split(text, "/")
	return len(parts) == 3 && parts[2] != "" && len(text) <= flow.MaxText &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}
