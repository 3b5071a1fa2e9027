package flow

import "flowcentre/capacity"

// OffersView is the units that a referral can be put to, and those of the kinds sought that
// it cannot.
type OffersView struct {
	Referral string                `json:"referral"`
	Offers   []capacity.Offer      `json:"offers"`  // best first
	Refused  []capacity.NotOffered `json:"refused"` // as laid out
}

// Offers are those of a referral that the view shows, nil where it does not show it. The
// view is not changed.
func (v *View) Offers(referral string) *OffersView {
	for _, r := range v.Referrals {
		if r.ID != referral {
			continue
		}
		need := capacity.Need{Needs: r.Needs, Age: r.Age, Locality: r.Locality}
		for _, k := range r.Seeks {
			need.Kinds = append(need.Kinds, capacity.UnitKind(k))
		}
		switch {
		case r.Intent != "":
			need.Step = "up"
		case r.Origin == "ward":
			need.Step = "down"
		}
		units := make([]capacity.Candidate, 0, len(v.drawings))
		for _, d := range v.drawings {
			units = append(units, capacity.Candidate{Unit: d.picture.Unit, Slots: d.picture.Slots})
		}
		o := &OffersView{Referral: referral}
		o.Offers, o.Refused = capacity.Offers(need, units, capacity.Distances(v.localities), &capacity.Clock{Now: v.At, Zone: v.zone})
		return o
	}
	return nil
}
