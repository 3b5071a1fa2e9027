package hl7

import (
	"slices"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// firstPlace is the location in the first field that has one.
func (x *mapping) firstPlace(fields []field) string {
	for _, f := range fields {
		if p := x.place(x.field(x.nth(f.segment, 0), f.number)); p != "" {
			return p
		}
	}
	return ""
}

// place is a location (data type PL) in the words of capacity.JoinPlace: facility, point
// of care, room, bed; after the feed's own map.
func (x *mapping) place(location []byte) string {
	location = x.first(location)
	if len(location) == 0 || null(location) {
		return ""
	}
	var parts [4]string
	for i, n := range [...]int{4, 1, 2, 3} {
		parts[i] = x.text(x.sub(x.component(location, n), 1))
	}
	if parts[1] == "" && parts[2] == "" && parts[3] == "" && parts[0] == "" {
		return ""
	}
	if parts[0] == "" {
		parts[0] = x.settings.Facility
	}
	place := capacity.JoinPlace(parts[:]...)
	if known, ok := x.settings.Places[place]; ok {
		return known
	}
	return place
}

// planned takes PV1-3 for the place of a patient to come where PV1-42 says none and the
// class is preadmit: then PV1-3 is planned, not active (HL7 v2-to-FHIR, PV1 to Encounter).
func planned(x *mapping) *Refusal {
	if d := &x.event.Data; d.Place == "" && d.Class == flow.Preadmit {
		d.Place = x.firstPlace(here)
	}
	return nil
}

// swapped adds the second patient of an A17. PV1-3 is the new bed of each.
func swapped(x *mapping) *Refusal {
	second, visit := x.nth(pid, 1), x.nth(pv1, 1)
	if second == nil || visit == nil {
		return refuse(NoSecondPatient, "PID", "A17 needs a PID and a PV1 segment for each of two patients")
	}
	patients := x.patients(second)
	if len(patients) == 0 {
		return refuse(NoPatient, pid3.String(), "PID-3 of the second patient holds no patient identifier")
	}
	leg := &flow.SwapLeg{
		Patient: patients[0].String(),
		Visit:   x.visit(second, visit),
		Place:   x.place(x.field(visit, 3)),
	}
	if leg.Place == "" {
		return refuse(NoLocation, pv1to3.String(), "PV1-3 of the second patient is empty, and A17 needs a location there")
	}
	if leg.Patient == x.event.Data.Patient {
		return refuse(SamePatient, pid3.String(), "both patients of the A17 are the same")
	}
	x.event.Data.Swap = leg
	return nil
}

// told reads the status of an A20.
func told(x *mapping) *Refusal {
	given := x.at(field{npu, 2})
	if given == "" {
		return refuse(NoStatus, "NPU-2", "NPU-2 is empty: the message does not say what state the bed is in")
	}
	status, ok := x.settings.bedStatus(given)
	if !ok {
		return refuse(UnknownStatus, "NPU-2", "the status in NPU-2 is neither in table 0116 (C, H, I, K, O, U) nor mapped in the feed's settings")
	}
	x.event.Data.Status = status
	return nil
}

// merged adds the identity that ends: MRG-1, else MRG-4. An MRG-1 with neither authority
// nor type is read with those of PID-3. Its other identifiers are the survivor's from now on.
func merged(x *mapping) *Refusal {
	if x.nth(mrg, 1) != nil {
		return refuse(SeveralMerges, "MRG", x.trigger+" holds several MRG segments; send one merge in each message")
	}
	d := &x.event.Data
	var ending []string
	for _, n := range [...]int{1, 4} {
		for _, i := range x.identifiers(x.field(x.nth(mrg, 0), n), x.main) {
			ending = append(ending, i.String())
		}
		if len(ending) > 0 {
			break
		}
	}
	if len(ending) == 0 {
		return refuse(NoPriorPatient, "MRG-1", x.trigger+" needs the identifier that ends in MRG-1")
	}
	for _, id := range ending {
		switch {
		case id == d.Patient || slices.Contains(d.Also, id):
		case d.FromPatient == "":
			d.FromPatient = id
		case len(d.Also) < flow.MaxAlso && id != d.FromPatient:
			d.Also = append(d.Also, id)
		}
	}
	if d.FromPatient == "" {
		return refuse(SamePatient, "MRG-1", "MRG-1 names the patient that PID-3 names")
	}
	return nil
}

// moved adds the visit number that ends: MRG-5, else MRG-6; and the patient it belonged
// to, where MRG-1 tells.
func moved(x *mapping) *Refusal {
	if x.nth(mrg, 1) != nil {
		return refuse(SeveralMerges, "MRG", x.trigger+" holds several MRG segments; send one move in each message")
	}
	d := &x.event.Data
	segment := x.nth(mrg, 0)
	if d.FromVisit = x.visitNumber(x.field(segment, 5)); d.FromVisit == "" {
		d.FromVisit = x.visitNumber(x.field(segment, 6))
	}
	if d.FromVisit == "" {
		return refuse(NoPriorVisit, "MRG-5", x.trigger+" needs the prior visit number in MRG-5")
	}
	if prior := x.identifiers(x.field(segment, 1), x.main); len(prior) > 0 {
		d.FromPatient = prior[0].String()
	}
	return nil
}
