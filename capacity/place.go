package capacity

import "strings"

// A place is where a feed says something is, in the feed's own words: the parts of
// an HL7 location, facility, point of care, room and bed, joined by slashes with
// empty ends cut off ("RWP50/W4/BAYA/A1"), or a unit or bed ID of the layout
// ("wrh-w4", "wrh-w4/A1", "wrh-ae/majors", "orchard/nursing"). A slash or percent sign inside a part is written %2F or
// %25. Case and spaces count.

// JoinPlace makes a place of its parts.
func JoinPlace(parts ...string) string {
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = placeEscape.Replace(p)
	}
	return strings.Join(escaped, "/")
}

var placeEscape = strings.NewReplacer("%", "%25", "/", "%2F")

// Within is the place called part, a bay, bed, area or sort of places, of the unit called unit.
func Within(unit, part string) string {
	return unit + "/" + placeEscape.Replace(part)
}

// Names are all the places by which a feed may mean the unit: its ID and aliases.
func (u *Unit) Names() []string {
	return append([]string{u.ID}, u.Aliases...)
}

// BedNames are all the places by which a feed may mean bed b of the unit: unit/bed
// for each of the unit's names, unit/bay/bed and unit//bed for a feed that names or
// leaves out the room, and the bed's own aliases.
func (u *Unit) BedNames(b *Bed) []string {
	var names []string
	for _, unit := range u.Names() {
		names = append(names, Within(unit, b.ID), Within(unit+"/", b.ID))
		if b.Bay != "" {
			names = append(names, Within(Within(unit, b.Bay), b.ID))
		}
	}
	return append(names, b.Aliases...)
}

// AreaNames are all the places by which a feed may mean area a of the unit: unit/area
// for each of the unit's names, and the area's own aliases.
func (u *Unit) AreaNames(a *Area) []string {
	var names []string
	for _, unit := range u.Names() {
		names = append(names, Within(unit, a.ID))
	}
	return append(names, a.Aliases...)
}

// SortNames are all the places by which a feed may mean the sort of places p of the unit:
// unit/sort for each of the unit's names, and the sort's own aliases.
func (u *Unit) SortNames(p *Places) []string {
	var names []string
	for _, unit := range u.Names() {
		names = append(names, Within(unit, p.ID))
	}
	return append(names, p.Aliases...)
}
