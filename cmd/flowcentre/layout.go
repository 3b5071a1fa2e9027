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
	)
	l.Sites = append(l.Sites, s)
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
