package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
	"flowcentre/configs"
	"flowcentre/flow"
)

// escalationFields read who is told of what, what is to be done, and where people are reached.
func (r *reading) escalationFields(p *page, dir string) []field {
	return []field{
		{"conditions", false, func(n *yaml.Node) {
			r.table(p, n, "table of conditions", filepath.Join(dir, p.text(n)), r.conditions)
		}},
		{"actions", false, func(n *yaml.Node) {
			r.table(p, n, "table of actions", filepath.Join(dir, p.text(n)), r.cards)
		}},
		{"contacts", false, func(n *yaml.Node) { p.list(n, "contacts", func(n *yaml.Node) { r.contact(p, n) }) }},
	}
}

// table reads one that stands in a file of its own.
func (r *reading) table(from *page, n *yaml.Node, what, file string, read func(*page, *yaml.Node)) {
	text, err := r.open(file)
	if err != nil {
		from.fault(n, fmt.Sprintf("the %s cannot be read: %v", what, err), "give its path relative to this file, or leave the line out: the one that comes with flowcentre holds then")
		return
	}
	p := &page{file: file, faults: &r.faults}
	if root := p.root(text); root != nil {
		read(p, root)
	}
}

// shipped are the tables that hold where a configuration names none.
func (r *reading) shipped() {
	l := &r.conf.Layout
	for _, table := range []struct {
		there bool
		name  string
		text  []byte
		read  func(*page, *yaml.Node)
	}{
		{l.Conditions != nil, "conditions.yaml", configs.Conditions, r.conditions},
		{l.Cards != nil, "actions.yaml", configs.Actions, r.cards},
	} {
		if table.there {
			continue
		}
		p := &page{file: table.name, faults: &r.faults}
		table.read(p, p.root(table.text))
	}
}

// conditions read a table of conditions and check it.
func (r *reading) conditions(p *page, root *yaml.Node) {
	before := len(r.faults)
	all := []capacity.Condition{}
	p.mapping(root, "a table of conditions", field{"conditions", true, func(n *yaml.Node) {
		r.at["conditions"] = spot{p, n}
		p.list(n, "conditions", func(n *yaml.Node) { all = append(all, r.condition(p, n, len(all))) })
	}})
	r.conf.Layout.Conditions = all
	r.tell(before, capacity.ValidateConditions(all))
}

// cards read a table of action cards and check it.
func (r *reading) cards(p *page, root *yaml.Node) {
	before := len(r.faults)
	all := []capacity.Card{}
	p.mapping(root, "a table of actions", field{"actions", true, func(n *yaml.Node) {
		r.at["actions"] = spot{p, n}
		p.list(n, "actions", func(n *yaml.Node) { all = append(all, r.card(p, n, len(all))) })
	}})
	r.conf.Layout.Cards = all
	r.tell(before, capacity.ValidateCards(all))
}

// tell tells problems where they were said, unless reading found faults already.
func (r *reading) tell(before int, problems []capacity.Problem) {
	if len(r.faults) > before {
		return
	}
	for _, problem := range problems {
		s := r.where(problem.Path)
		s.page.fault(s.node, problem.Reason, problem.Remedy)
	}
}

// LoadConditions reads the table of conditions and checks it. With any fault it is not to be
// used.
func LoadConditions(file string) ([]capacity.Condition, []Fault) {
	r := &reading{open: os.ReadFile, at: map[string]spot{}}
	if p, root := r.page(file); root != nil {
		r.conditions(p, root)
	}
	return r.conf.Layout.Conditions, r.faults
}

func (r *reading) card(p *page, n *yaml.Node, i int) capacity.Card {
	path := fmt.Sprintf("actions[%d]", i)
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var c capacity.Card
	p.mapping(n, "an action",
		field{"id", true, func(n *yaml.Node) { c.ID = p.text(here("id", n)) }},
		field{"title", true, func(n *yaml.Node) { c.Title = p.text(here("title", n)) }},
		field{"pillar", false, func(n *yaml.Node) { c.Pillar = p.text(here("pillar", n)) }},
		field{"level", false, func(n *yaml.Node) { c.Level = p.whole(here("level", n)) }},
		field{"scope", true, func(n *yaml.Node) { c.Scope = p.text(here("scope", n)) }},
		field{"owner", true, func(n *yaml.Node) { c.Owner = p.text(here("owner", n)) }},
		field{"within", true, func(n *yaml.Node) { c.Within = p.seconds(here("within", n)) }},
		field{"unit", false, func(n *yaml.Node) {
			c.Unit = p.choice(n, "thing an action counts", []string{"beds", "patients", "staff", "places"})
		}},
		field{"hours", false, func(n *yaml.Node) {
			h := p.hours(here("hours", n), p.text(n))
			c.From, c.To = h.From, h.To
		}},
		field{"shows", false, func(n *yaml.Node) { c.Shows = r.showing(p, here("shows", n)) }},
	)
	return c
}

// showing reads by which figure an action is seen to come true: {up: measure}, {down: measure},
// or the purpose of an agreement.
func (r *reading) showing(p *page, n *yaml.Node) *capacity.Showing {
	if followed(n).Kind == yaml.ScalarNode {
		return &capacity.Showing{Measure: p.choice(n, "way to show an action", capacity.Agreements()), Up: true}
	}
	s := &capacity.Showing{}
	p.mapping(n, "what shows an action",
		field{"up", false, func(n *yaml.Node) { s.Measure, s.Up = p.text(n), true }},
		field{"down", false, func(n *yaml.Node) { s.Measure = p.text(n) }},
	)
	return s
}

// phone is a number that a telephone can be given.
var phone = regexp.MustCompile(`^\+?[0-9][0-9 ]{2,18}$`)

// contact reads where a role is reached. A number is of the role, never of a person.
func (r *reading) contact(p *page, n *yaml.Node) {
	var c capacity.Contact
	p.mapping(n, "a contact",
		field{"role", true, func(n *yaml.Node) { c.Role = p.choice(n, "role", capacity.Callees()) }},
		field{"site", false, func(n *yaml.Node) {
			c.Site = p.text(n)
			r.nodes[fmt.Sprintf("contacts[%d].site", len(r.conf.Layout.Contacts))] = spot{p, n}
		}},
		field{"phone", true, func(n *yaml.Node) {
			if c.Phone = p.text(n); !phone.MatchString(c.Phone) {
				p.fault(n, fmt.Sprintf("%q is no telephone number", c.Phone), "write digits and spaces, such as 01632 960123")
			}
		}},
	)
	r.conf.Layout.Contacts = append(r.conf.Layout.Contacts, c)
}

// contactSites checks that the contacts' sites are there.
func (r *reading) contactSites() {
	l := &r.conf.Layout
	for i, c := range l.Contacts {
		if c.Site != "" && !slices.ContainsFunc(l.Sites, func(s capacity.Site) bool { return s.ID == c.Site }) {
			at := r.nodes[fmt.Sprintf("contacts[%d].site", i)]
			at.page.fault(at.node, fmt.Sprintf("there is no site %q", c.Site), "name one under sites:, or leave it out for the whole system")
		}
	}
}

// alertEvery is how often the alert path is expected to say that it is alive: Alertmanager sends
// the watchdog every 5 minutes.
const alertEvery = 12 * 60

// alertPath makes the way by which alerts come back a feed of the layout, so that its silence is
// seen like any other's.
func (r *reading) alertPath() {
	if r.conf.Alerts != nil {
		r.conf.Layout.Feeds = append(r.conf.Layout.Feeds, capacity.Feed{ID: flow.Alerts, Name: "Alert path", Owner: "systems_desk", Every: alertEvery})
	}
}

// sheet reads where the sheet for dark screens is written.
func (r *reading) sheet(p *page, n *yaml.Node) *SheetConfig {
	s := &SheetConfig{Every: 30 * time.Minute, Keep: 48}
	p.mapping(n, "sheet",
		field{"dir", true, func(n *yaml.Node) { s.Dir = p.beside(p.text(n)) }},
		field{"every", false, func(n *yaml.Node) {
			if s.Every = time.Duration(p.seconds(n)) * time.Second; s.Every < 5*time.Minute || s.Every > 12*time.Hour {
				p.fault(n, "the sheet is written more often than every 5 minutes, or less than every 12 hours", "write every: 30m")
			}
		}},
		field{"keep", false, func(n *yaml.Node) {
			if s.Keep = p.whole(n); s.Keep < 1 || s.Keep > 1000 {
				p.fault(n, "the number of sheets kept is outside 1 to 1000", "write keep: 48")
			}
		}},
	)
	return s
}
