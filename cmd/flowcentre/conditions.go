package main

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
)

func (r *reading) condition(p *page, n *yaml.Node, i int) capacity.Condition {
	path := fmt.Sprintf("conditions[%d]", i)
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	var c capacity.Condition
	p.mapping(n, "a condition",
		field{"name", true, func(n *yaml.Node) { c.Name = p.text(here("name", n)) }},
		field{"scope", true, func(n *yaml.Node) { c.Scope = p.text(here("scope", n)) }},
		field{"when", true, func(n *yaml.Node) {
			p.list(here("when", n), "when", func(n *yaml.Node) { c.Tests = append(c.Tests, r.test(p, n)) })
		}},
		field{"for", false, func(n *yaml.Node) { c.For = p.seconds(here("for", n)) }},
		field{"keep", true, func(n *yaml.Node) { c.Keep = p.seconds(here("keep", n)) }},
		field{"severity", true, func(n *yaml.Node) { c.Severity = p.text(here("severity", n)) }},
		field{"audience", true, func(n *yaml.Node) { c.Audience = p.text(here("audience", n)) }},
		field{"tell", true, func(n *yaml.Node) { c.Role = p.text(here("tell", n)) }},
		field{"next", false, func(n *yaml.Node) {
			p.list(here("next", n), "next", func(n *yaml.Node) {
				var t capacity.Tier
				p.mapping(n, "who is told next",
					field{"tell", true, func(n *yaml.Node) { t.Role = p.text(n) }},
					field{"after", true, func(n *yaml.Node) { t.After = p.seconds(n) }},
				)
				c.Next = append(c.Next, t)
			})
		}},
		field{"input", false, func(n *yaml.Node) { c.Input = p.truth(n) }},
		field{"summary", true, func(n *yaml.Node) { c.Summary = p.text(here("summary", n)) }},
		field{"description", true, func(n *yaml.Node) { c.Description = p.text(here("description", n)) }},
		field{"do", true, func(n *yaml.Node) { c.Do = p.text(here("do", n)) }},
		field{"ring", false, func(n *yaml.Node) {
			p.list(here("ring", n), "ring", func(n *yaml.Node) {
				var whom capacity.Ring
				p.mapping(n, "whom to ring",
					field{"role", true, func(n *yaml.Node) { whom.Role = p.text(n) }},
					field{"agree", true, func(n *yaml.Node) { whom.Agree = p.text(n) }},
				)
				c.Ring = append(c.Ring, whom)
			})
		}},
	)
	return c
}

// test reads one test: a measure and what is asked of it.
func (r *reading) test(p *page, n *yaml.Node) capacity.Test {
	var t capacity.Test
	asked := 0
	ask := func(kind capacity.TestKind, read func(*yaml.Node) float64) field {
		return field{string(kind), false, func(n *yaml.Node) {
			asked++
			t.Kind, t.Value = kind, read(n)
		}}
	}
	length := func(n *yaml.Node) float64 { return float64(p.seconds(n)) }
	p.mapping(n, "a test",
		field{"measure", true, func(n *yaml.Node) { t.Measure = p.text(n) }},
		ask(capacity.IsAtLeast, p.number), ask(capacity.IsAtMost, p.number),
		ask(capacity.IsOlder, length), ask(capacity.IsYounger, length), ask(capacity.IsWithin, length),
	)
	if asked != 1 {
		p.fault(n, "a test asks one thing of its measure", "write one of at_least, at_most, older, younger, within")
	}
	return t
}

// conditionNamed finds a condition by its alert's name.
func conditionNamed(all []capacity.Condition, alert string) *capacity.Condition {
	if i := slices.IndexFunc(all, func(c capacity.Condition) bool { return alertPrefix+c.Name == alert }); i >= 0 {
		return &all[i]
	}
	return nil
}
