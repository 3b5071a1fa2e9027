package capacity

import (
	"slices"
	"strings"
)

// Bedspace is a bed that a request is to be given: its unit, the bed itself, nil where only
// the unit is named, and whose bay it is in (male or female, empty for either).
type Bedspace struct {
	Unit *Unit
	Bed  *Bed
	Sex  string
}

// Misfits are the rules that giving the place to the request would break, each as one
// sentence; none where it fits. sex is the patient's where it is known. It is for a person to
// decide all the same: to place somebody against a rule may be the least harm.
func (r *Request) Misfits(b Bedspace, sex string) (broken []string) {
	add := func(sentence string) { broken = append(broken, sentence) }
	if wants := r.Class(); b.Unit.Class != wants {
		add(b.Unit.Name + " is " + classWords(b.Unit.Class) + ", and the request is for " + words[wants] + ".")
	}
	if s := r.Service; s != "" && len(b.Unit.Specialties) > 0 && !slices.Contains(b.Unit.Specialties, s) {
		add("The patient would be an outlier: " + b.Unit.Name + " is for " + strings.Join(b.Unit.Specialties, ", ") + ", and not for " + s + ".")
	}
	if b.Bed == nil {
		return broken
	}
	if r.Needed("side_room") && !b.Bed.SideRoom {
		add("The request needs a side room, and " + b.Bed.ID + " is none.")
	}
	for _, asked := range []string{"male", "female"} {
		if r.Needed(asked) {
			sex = asked
		}
	}
	if !b.Bed.SideRoom && sex != "" && b.Sex != "" && sex != b.Sex && r.Class() != CriticalCareClass && r.Class() != Paediatric {
		add(b.Bed.ID + " is in a " + bayOf[b.Sex] + " bay, and the patient is " + whoIs[sex] + ".")
	}
	return broken
}

// Class is the class of bed that the request needs: what it asks for, unless it needs more.
func (r *Request) Class() BedClass {
	switch {
	case r.Needed("level_2") || r.Needed("level_3"):
		return CriticalCareClass
	case r.Needed("paediatric"):
		return Paediatric
	case r.Wants == "":
		return AdultGA
	}
	return r.Wants
}

var (
	bayOf = map[string]string{"male": "men's", "female": "women's"}
	whoIs = map[string]string{"male": "a man", "female": "a woman"}
)

func classWords(c BedClass) string {
	if w, ok := words[c]; ok {
		return w
	}
	return "no ward"
}
