package main

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// layoutFields read the parts of a layout, wherever they stand.
func (r *reading) layoutFields(p *page) []field {
	l := &r.conf.Layout
	return []field{
		{"system", false, func(n *yaml.Node) {
			if l.System.ID != "" {
				p.fault(n, "the system is described twice", "keep one system: block")
			}
			r.at["system"] = spot{p, n}
			here := r.here(p, "system")
			p.mapping(n, "system",
				field{"id", true, func(n *yaml.Node) { l.System.ID = p.text(here("id", n)) }},
				field{"name", true, func(n *yaml.Node) { l.System.Name = p.text(here("name", n)) }},
				field{"time_zone", true, func(n *yaml.Node) { l.System.TimeZone = p.text(here("time_zone", n)) }},
			)
		}},
		{"organisations", false, func(n *yaml.Node) {
			r.at["organisations"] = spot{p, n}
			p.list(n, "organisations", func(n *yaml.Node) { r.organisation(p, n) })
		}},
		{"localities", false, func(n *yaml.Node) {
			r.at["localities"] = spot{p, n}
			p.list(n, "localities", func(n *yaml.Node) { r.locality(p, n) })
		}},
		{"sites", false, func(n *yaml.Node) {
			r.at["sites"] = spot{p, n}
			p.list(n, "sites", func(n *yaml.Node) { r.site(p, n) })
		}},
		{"units", false, func(n *yaml.Node) {
			r.at["units"] = spot{p, n}
			p.list(n, "units", func(n *yaml.Node) { r.unit(p, n) })
		}},
	}
}

// here notes where a field of path stands and gives its node back.
func (r *reading) here(p *page, path string) func(field string, n *yaml.Node) *yaml.Node {
	return func(field string, n *yaml.Node) *yaml.Node {
		r.at[path+"."+field] = spot{p, n}
		if list := followed(n); list.Kind == yaml.SequenceNode {
			for i, item := range list.Content {
				r.at[fmt.Sprintf("%s.%s[%d]", path, field, i)] = spot{p, item}
			}
		}
		return n
	}
}

// where finds the place in the files that a layout path was said at, or the nearest
// thing around it.
func (r *reading) where(path string) spot {
	for {
		if s, ok := r.at[path]; ok {
			return s
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return spot{&page{file: r.first(), faults: &r.faults}, nil}
		}
		path = path[:cut]
	}
}

// first is the file that a fault of the whole is told of.
func (r *reading) first() string {
	if s, ok := r.at["feeds[0]"]; ok {
		return s.page.file
	}
	return "configuration"
}

func (r *reading) organisation(p *page, n *yaml.Node) {
	l := &r.conf.Layout
	path := fmt.Sprintf("organisations[%d]", len(l.Organisations))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var o capacity.Organisation
	p.mapping(n, "an organisation",
		field{"id", true, func(n *yaml.Node) { o.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { o.Name = p.text(here("name", n)) }},
		field{"code", false, func(n *yaml.Node) { o.Code = p.text(n) }},
	)
	l.Organisations = append(l.Organisations, o)
}

func (r *reading) locality(p *page, n *yaml.Node) {
	l := &r.conf.Layout
	path := fmt.Sprintf("localities[%d]", len(l.Localities))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var o capacity.Locality
	p.mapping(n, "a locality",
		field{"id", true, func(n *yaml.Node) { o.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { o.Name = p.text(here("name", n)) }},
		field{"east", true, func(n *yaml.Node) { o.East = p.number(here("east", n)) }},
		field{"north", true, func(n *yaml.Node) { o.North = p.number(here("north", n)) }},
	)
	l.Localities = append(l.Localities, o)
}

func (r *reading) site(p *page, n *yaml.Node) {
	l := &r.conf.Layout
	path := fmt.Sprintf("sites[%d]", len(l.Sites))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	s := capacity.Site{Kind: capacity.Acute}
	p.mapping(n, "a site",
		field{"id", true, func(n *yaml.Node) { s.ID = p.text(here("id", n)) }},
		field{"organisation", true, func(n *yaml.Node) { s.Organisation = p.text(here("organisation", n)) }},
		field{"name", true, func(n *yaml.Node) { s.Name = p.text(here("name", n)) }},
		field{"short", false, func(n *yaml.Node) { s.Short = p.text(here("short", n)) }},
		field{"kind", false, func(n *yaml.Node) { s.Kind = capacity.SiteKind(p.text(here("kind", n))) }},
		field{"code", false, func(n *yaml.Node) { s.Code = p.text(n) }},
		field{"rules", false, func(n *yaml.Node) {
			p.list(here("rules", n), "rules", func(n *yaml.Node) { r.rule(p, n, path, &s) })
		}},
	)
	l.Sites = append(l.Sites, s)
}

// rule reads whom a site never takes.
func (r *reading) rule(p *page, n *yaml.Node, site string, s *capacity.Site) {
	path := fmt.Sprintf("%s.rules[%d]", site, len(s.Rules))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var rule capacity.SiteRule
	p.mapping(n, "a rule",
		field{"id", true, func(n *yaml.Node) { rule.ID = p.text(here("id", n)) }},
		field{"class", false, func(n *yaml.Node) { rule.Class = capacity.BedClass(p.text(here("class", n))) }},
		field{"need", false, func(n *yaml.Node) { rule.Need = p.text(here("need", n)) }},
		field{"service", false, func(n *yaml.Node) { rule.Service = p.text(here("service", n)) }},
	)
	s.Rules = append(s.Rules, rule)
}

func (r *reading) unit(p *page, n *yaml.Node) {
	l := &r.conf.Layout
	path := fmt.Sprintf("units[%d]", len(l.Units))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	u := capacity.Unit{
		Kind: capacity.Ward, PressureAt: defaultPressureAt, FullAt: defaultFullAt,
		CleanWithin: defaultCleanWithin, AssumedClean: defaultAssumedClean,
	}
	p.mapping(n, "a unit",
		field{"id", true, func(n *yaml.Node) { u.ID = p.text(here("id", n)) }},
		field{"site", true, func(n *yaml.Node) { u.Site = p.text(here("site", n)) }},
		field{"name", true, func(n *yaml.Node) { u.Name = p.text(here("name", n)) }},
		field{"kind", false, func(n *yaml.Node) { u.Kind = capacity.UnitKind(p.text(here("kind", n))) }},
		field{"class", false, func(n *yaml.Node) { u.Class = capacity.BedClass(p.text(here("class", n))) }},
		field{"assumed", false, func(n *yaml.Node) { u.Assumed = p.truth(n) }},
		field{"pressure_at", false, func(n *yaml.Node) { u.PressureAt = p.percent(here("pressure_at", n)) }},
		field{"full_at", false, func(n *yaml.Node) { u.FullAt = p.percent(here("full_at", n)) }},
		field{"clean_within", false, func(n *yaml.Node) { u.CleanWithin = p.seconds(here("clean_within", n)) }},
		field{"assumed_clean", false, func(n *yaml.Node) { u.AssumedClean = p.seconds(here("assumed_clean", n)) }},
		field{"feeds", false, func(n *yaml.Node) { u.Feeds = p.texts(here("feeds", n), "feeds") }},
		field{"aliases", false, func(n *yaml.Node) { u.Aliases = p.texts(here("aliases", n), "aliases") }},
		field{"beds", false, func(n *yaml.Node) { r.beds(p, n, path, &u, capacity.Bed{}) }},
		field{"bays", false, func(n *yaml.Node) { p.list(n, "bays", func(n *yaml.Node) { r.bay(p, n, path, &u) }) }},
		field{"areas", false, func(n *yaml.Node) {
			p.list(here("areas", n), "areas", func(n *yaml.Node) { r.area(p, n, path, &u) })
		}},
		field{"specialties", false, func(n *yaml.Node) { u.Specialties = p.texts(here("specialties", n), "specialties") }},
		field{"locality", false, func(n *yaml.Node) { u.Locality = p.text(here("locality", n)) }},
		field{"serves", false, func(n *yaml.Node) { u.Serves = p.texts(here("serves", n), "serves") }},
		field{"places", false, func(n *yaml.Node) {
			p.list(here("places", n), "places", func(n *yaml.Node) { r.sort(p, n, path, &u) })
		}},
		field{"hours", false, func(n *yaml.Node) {
			for i, text := range p.texts(here("hours", n), "hours") {
				at := r.where(fmt.Sprintf("%s.hours[%d]", path, i))
				u.Hours = append(u.Hours, p.hours(at.node, text))
			}
		}},
		field{"step", false, func(n *yaml.Node) { u.Step = p.text(here("step", n)) }},
		field{"home", false, func(n *yaml.Node) { u.Home = p.truth(here("home", n)) }},
		field{"within", false, func(n *yaml.Node) { u.Within = p.seconds(here("within", n)) }},
		field{"meets", false, func(n *yaml.Node) { u.Meets = p.texts(here("meets", n), "meets") }},
		field{"refuses", false, func(n *yaml.Node) { u.Refuses = p.texts(here("refuses", n), "refuses") }},
		field{"age", false, func(n *yaml.Node) {
			p.mapping(here("age", n), "age",
				field{"from", false, func(n *yaml.Node) { u.AgeFrom = p.whole(n) }},
				field{"to", false, func(n *yaml.Node) { u.AgeTo = p.whole(n) }},
			)
		}},
	)
	l.Units = append(l.Units, u)
}

func (r *reading) bay(p *page, n *yaml.Node, path string, u *capacity.Unit) {
	var like capacity.Bed
	var beds *yaml.Node
	p.mapping(n, "a bay",
		field{"name", true, func(n *yaml.Node) { like.Bay = p.text(n) }},
		field{"beds", true, func(n *yaml.Node) { beds = n }},
		field{"side_room", false, func(n *yaml.Node) { like.SideRoom = p.truth(n) }},
		field{"sex", false, func(n *yaml.Node) { like.Sex = p.choice(n, "sex a bay can be for", flow.Sexes) }},
		field{"escalation", false, func(n *yaml.Node) { like.Escalation = p.truth(n) }},
	)
	if beds != nil {
		r.beds(p, beds, path, u, like)
	}
}

func (r *reading) area(p *page, n *yaml.Node, unit string, u *capacity.Unit) {
	path := fmt.Sprintf("%s.areas[%d]", unit, len(u.Areas))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	a := capacity.Area{Kind: capacity.OtherArea}
	p.mapping(n, "an area",
		field{"id", true, func(n *yaml.Node) { a.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { a.Name = p.text(here("name", n)) }},
		field{"kind", false, func(n *yaml.Node) { a.Kind = capacity.AreaKind(p.text(here("kind", n))) }},
		field{"spaces", false, func(n *yaml.Node) { a.Spaces = p.whole(here("spaces", n)) }},
		field{"aliases", false, func(n *yaml.Node) { a.Aliases = p.texts(here("aliases", n), "aliases") }},
	)
	u.Areas = append(u.Areas, a)
}

// sort reads one sort of a unit's places.
func (r *reading) sort(p *page, n *yaml.Node, unit string, u *capacity.Unit) {
	path := fmt.Sprintf("%s.places[%d]", unit, len(u.Places))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var s capacity.Places
	p.mapping(n, "a sort of places",
		field{"id", true, func(n *yaml.Node) { s.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { s.Name = p.text(here("name", n)) }},
		field{"open", true, func(n *yaml.Node) { s.Open = p.whole(here("open", n)) }},
		field{"bought", false, func(n *yaml.Node) { s.Bought = p.text(here("bought", n)) }},
		field{"care", false, func(n *yaml.Node) { s.Care = p.text(here("care", n)) }},
		field{"aliases", false, func(n *yaml.Node) { s.Aliases = p.texts(here("aliases", n), "aliases") }},
	)
	u.Places = append(u.Places, s)
}

// beds reads beds in any of their forms: a range (A1-A6), a text of ranges (A1-A4,
// A6), a list of those, and in a list a mapping for a bed that differs.
func (r *reading) beds(p *page, n *yaml.Node, path string, u *capacity.Unit, like capacity.Bed) {
	add := func(at *yaml.Node, b capacity.Bed) {
		r.at[fmt.Sprintf("%s.beds[%d]", path, len(u.Beds))] = spot{p, at}
		u.Beds = append(u.Beds, b)
	}
	ranges := func(n *yaml.Node) {
		for part := range strings.SplitSeq(p.text(n), ",") {
			names, reason := bedRange(strings.TrimSpace(part))
			if reason != "" {
				p.fault(n, reason, "write beds like A1-A6, or A1-A4, A6; a bed whose name has a dash as {id: \"10-14\"}")
			}
			for _, id := range names {
				b := like
				b.ID = id
				add(n, b)
			}
		}
	}
	if followed(n).Kind == yaml.ScalarNode {
		ranges(n)
		return
	}
	p.list(n, "beds", func(n *yaml.Node) {
		if followed(n).Kind == yaml.ScalarNode {
			ranges(n)
			return
		}
		b := like
		bed := fmt.Sprintf("%s.beds[%d]", path, len(u.Beds))
		here := r.here(p, bed)
		p.mapping(n, "a bed",
			field{"id", true, func(n *yaml.Node) { b.ID = p.text(here("id", n)) }},
			field{"side_room", false, func(n *yaml.Node) { b.SideRoom = p.truth(n) }},
			field{"sex", false, func(n *yaml.Node) { b.Sex = p.text(here("sex", n)) }},
			field{"escalation", false, func(n *yaml.Node) { b.Escalation = p.truth(n) }},
			field{"aliases", false, func(n *yaml.Node) { b.Aliases = p.texts(here("aliases", n), "aliases") }},
		)
		add(n, b)
	})
}

// bedRange spells out A1-A6, A1-6 or 01-12; anything without a dash is one bed.
func bedRange(text string) (ids []string, wrong string) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		return []string{text}, ""
	}
	prefix, first := numbered(strings.TrimSpace(from))
	toPrefix, last := numbered(strings.TrimSpace(to))
	lo, loErr := strconv.Atoi(first)
	hi, hiErr := strconv.Atoi(last)
	if loErr != nil || hiErr != nil || (toPrefix != prefix && toPrefix != "") {
		return nil, fmt.Sprintf("%q is not a range of beds", text)
	}
	if hi < lo || hi-lo >= 200 {
		return nil, fmt.Sprintf("the range %q runs backwards or holds more than 200 beds", text)
	}
	for i := lo; i <= hi; i++ {
		ids = append(ids, fmt.Sprintf("%s%0*d", prefix, len(first), i))
	}
	return ids, ""
}

// numbered parts a bed's name into what stands before its number, and the number.
func numbered(name string) (prefix, number string) {
	cut := len(strings.TrimRight(name, "0123456789"))
	return name[:cut], name[cut:]
}
