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
	e.Data.Also = append([]string(nil), e.Data.Also...)
	e.Data.Census = slices.Clone(e.Data.Census)
	e.Data.List = slices.Clone(e.Data.List)
	e.Data.Leavers = slices.Clone(e.Data.Leavers)
	if e.Data.Swap != nil {
		leg := *e.Data.Swap
		e.Data.Swap = &leg
	}
	var fault error
	with := func(hash func(string) string) func(*string, string) {
		return func(text *string, field string) {
			if fault == nil && !identifies(*text) {
				fault = &flow.Invalid{Field: field, Reason: "is not written authority/type/value, such as RWP50/MR/1234567"}
			}
			*text = hash(*text)
		}
	}
	eachIdentifier(&e.Data, with(k.Patient), with(k.Visit))
	if strings.HasPrefix(e.ID, hl7ID) {
		e.ID = k.ID(e.ID)
	}
	return e, fault
}

// eachIdentifier hands over every identifier of a patient or visit in d, with its field.
// A field that is not named here would be neither hidden in the log nor left out when an
// event is shown.
func eachIdentifier(d *flow.Data, patient, visit func(text *string, field string)) {
	filled := func(do func(*string, string), text *string, field string) {
		if *text != "" {
			do(text, field)
		}
	}
	filled(patient, &d.Patient, "data.patient")
	filled(patient, &d.FromPatient, "data.from_patient")
	filled(visit, &d.Visit, "data.visit")
	filled(visit, &d.FromVisit, "data.from_visit")
	for i := range d.Also {
		filled(patient, &d.Also[i], fmt.Sprintf("data.also[%d]", i))
	}
	for i := range d.Census {
		filled(patient, &d.Census[i].Patient, fmt.Sprintf("data.census[%d].patient", i))
		filled(visit, &d.Census[i].Visit, fmt.Sprintf("data.census[%d].visit", i))
	}
	for i := range d.List {
		filled(patient, &d.List[i].Patient, fmt.Sprintf("data.list[%d].patient", i))
		filled(visit, &d.List[i].Visit, fmt.Sprintf("data.list[%d].visit", i))
	}
	for i := range d.Leavers {
		filled(patient, &d.Leavers[i].Patient, fmt.Sprintf("data.discharges[%d].patient", i))
		filled(visit, &d.Leavers[i].Visit, fmt.Sprintf("data.discharges[%d].visit", i))
	}
	if d.Swap != nil {
		filled(patient, &d.Swap.Patient, "data.swap.patient")
		filled(visit, &d.Swap.Visit, "data.swap.visit")
	}
}

// identifies says whether text has the form authority/type/value, with a value. A slash
// within a part is written %2F, as HL7's are, or the two would never meet on one patient.
func identifies(text string) bool {
	parts := strings.Split(text, "/")
	return len(parts) == 3 && parts[2] != "" && len(text) <= flow.MaxText &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}
