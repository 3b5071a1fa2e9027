package main

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
)

// LoadProfile reads an OPEL profile and checks it, against a layout if there is one. With any
// fault the Profile is not to be used.
func LoadProfile(file string, l *capacity.Layout) (*capacity.Profile, []Fault) {
	r := &reading{open: os.ReadFile, at: map[string]spot{}}
	p, root := r.page(file)
	if root == nil {
		return nil, r.faults
	}
	profile := r.profile(p, root)
	if len(r.faults) == 0 {
		r.profileFaults(profile, l)
	}
	return profile, r.faults
}

// opel reads the profile that a configuration names.
func (r *reading) opel(from *page, n *yaml.Node, file string) {
	text, err := r.open(file)
	if err != nil {
		from.fault(n, fmt.Sprintf("the OPEL profile cannot be read: %v", err), "give its path relative to this file, such as opel/illustrative.yaml")
		return
	}
	p := &page{file: file, faults: &r.faults}
	if root := p.root(text); root != nil {
		r.conf.Layout.OPEL = r.profile(p, root)
	}
}

// profileFaults tells what is wrong with a profile where it was said.
func (r *reading) profileFaults(profile *capacity.Profile, l *capacity.Layout) {
	for _, problem := range profile.Validate(l) {
		s := r.where(opelPath + problem.Path)
		s.page.fault(s.node, problem.Reason, problem.Remedy)
	}
}

// opelPath comes before the paths of a profile, which is read along with a layout.
const opelPath = "opel."

func (r *reading) profile(p *page, n *yaml.Node) *capacity.Profile {
	of := &capacity.Profile{}
	r.at["opel"] = spot{p, n}
	here := r.here(p, "opel")
	p.mapping(n, "an OPEL profile",
		field{"id", true, func(n *yaml.Node) { of.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { of.Name = p.text(n) }},
		field{"version", true, func(n *yaml.Node) { of.Version = p.whole(here("version", n)) }},
		field{"origin", true, func(n *yaml.Node) { of.Origin = p.text(here("origin", n)) }},
		field{"source", false, func(n *yaml.Node) { of.Source = p.text(here("source", n)) }},
		field{"raise", true, func(n *yaml.Node) { of.Raise = p.seconds(here("raise", n)) }},
		field{"lower", true, func(n *yaml.Node) { of.Lower = p.seconds(here("lower", n)) }},
		field{"pillars", true, func(n *yaml.Node) {
			p.list(here("pillars", n), "pillars", func(n *yaml.Node) { r.pillar(p, n, of) })
		}},
	)
	return of
}

func (r *reading) pillar(p *page, n *yaml.Node, of *capacity.Profile) {
	path := fmt.Sprintf("%spillars[%d]", opelPath, len(of.Pillars))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var pillar capacity.Pillar
	p.mapping(n, "a pillar",
		field{"id", true, func(n *yaml.Node) { pillar.ID = p.text(here("id", n)) }},
		field{"sites", false, func(n *yaml.Node) {
			p.pairs(here("sites", n), "sites", func(site, part *yaml.Node) {
				at := fmt.Sprintf("%s.sites[%d]", path, len(pillar.Sites))
				r.at[at+".site"], r.at[at+".part"] = spot{p, site}, spot{p, part}
				pillar.Sites = append(pillar.Sites, capacity.Weight{Site: site.Value, Part: p.number(part)})
			})
		}},
		field{"parameters", true, func(n *yaml.Node) {
			p.list(here("parameters", n), "parameters", func(n *yaml.Node) { r.parameter(p, n, path, &pillar) })
		}},
		field{"bands", true, func(n *yaml.Node) {
			p.list(here("bands", n), "bands", func(n *yaml.Node) {
				r.at[fmt.Sprintf("%s.bands[%d].to", path, len(pillar.Bands))] = spot{p, n}
				pillar.Bands = append(pillar.Bands, capacity.Band{Level: len(pillar.Bands) + 1, To: p.number(n)})
			})
		}},
	)
	of.Pillars = append(of.Pillars, pillar)
}

func (r *reading) parameter(p *page, n *yaml.Node, pillar string, of *capacity.Pillar) {
	path := fmt.Sprintf("%s.parameters[%d]", pillar, len(of.Parameters))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var m capacity.Parameter
	p.mapping(n, "a parameter",
		field{"id", true, func(n *yaml.Node) { m.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { m.Name = p.text(n) }},
		field{"measure", true, func(n *yaml.Node) { m.Measure = p.text(here("measure", n)) }},
		field{"worse", true, func(n *yaml.Node) { m.Worse = p.text(here("worse", n)) }},
		field{"drift", true, func(n *yaml.Node) { m.Drift = p.number(here("drift", n)) }},
		// An empty table is left to the profile's own check, which says what to enter.
		field{"steps", false, func(n *yaml.Node) {
			p.list(here("steps", n), "steps", func(n *yaml.Node) { r.step(p, n, path, &m) })
		}},
	)
	of.Parameters = append(of.Parameters, m)
}

func (r *reading) step(p *page, n *yaml.Node, parameter string, m *capacity.Parameter) {
	path := fmt.Sprintf("%s.steps[%d]", parameter, len(m.Steps))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var s capacity.Step
	first := len(m.Steps) == 0
	p.mapping(n, "a step",
		field{"from", !first, func(n *yaml.Node) {
			if s.From = p.number(here("from", n)); first {
				p.fault(n, "the first step has a from", "the first step is all that is better than the second: leave its from out")
			}
		}},
		field{"points", true, func(n *yaml.Node) { s.Points = p.number(here("points", n)) }},
	)
	m.Steps = append(m.Steps, s)
}
