package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"flowcentre/capacity"
)

const checkUsage = `flowcentre check: say whether a configuration is sound, and what to change where it is not

  flowcentre check FILE
  flowcentre check --opel PROFILE [FILE]

Every fault is told as FILE:LINE:COLUMN with its remedy. With --opel it looks at an OPEL profile: its
numbers alone, or beside a configuration also its sites and whether anything feeds its measures.
Exit 0: sound; 1: not; 2: wrong use.

  flowcentre check configs/centre.yaml
  flowcentre check --opel configs/opel/illustrative.yaml configs/worcestershire.yaml
`

// checkCommand is flowcentre check. Both faults and the summary are its answer, and
// go to stdout.
func checkCommand(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, checkUsage) }
	opel := flags.String("opel", "", "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 1 || flags.NArg() == 0 && *opel == "" {
		fmt.Fprint(stderr, checkUsage)
		return 2
	}
	var config *Config
	var faults []Fault
	if flags.NArg() == 1 {
		config, faults = LoadConfig(flags.Arg(0))
	}
	var profile *capacity.Profile
	if *opel != "" && len(faults) == 0 {
		var l *capacity.Layout
		if config != nil {
			l = &config.Layout
		}
		profile, faults = LoadProfile(*opel, l)
	}
	if len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintln(stdout, f.Error())
		}
		fmt.Fprintf(stdout, "%s\n", count(len(faults), "fault"))
		return 1
	}
	if profile != nil {
		profileSummary(profile, stdout)
		return 0
	}
	summary(config, stdout)
	return 0
}

// profileSummary tells what a sound OPEL profile says.
func profileSummary(p *capacity.Profile, out io.Writer) {
	fmt.Fprintf(out, "%s v%d, %s: raised after %s, lowered after %s\n", p.Name, p.Version, p.Origin, shortly(p.Raise), shortly(p.Lower))
	for i := range p.Pillars {
		pillar := &p.Pillars[i]
		most := pillar.Bands[len(pillar.Bands)-1].To
		fmt.Fprintf(out, "%s: %s, at most %g points\n", pillar.ID, count(len(pillar.Parameters), "parameter"), most)
		for _, w := range pillar.Sites {
			fmt.Fprintf(out, "  %s has a level, and %g %% of the pillar's score\n", w.Site, 100*w.Part)
		}
	}
	fmt.Fprintln(out, "The profile is sound.")
}

// summary tells what a sound configuration says.
func summary(c *Config, out io.Writer) {
	l := &c.Layout
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "system\t%s (%s), layout %s\n", l.System.Name, l.System.TimeZone, l.Digest())
	for _, s := range l.Sites {
		fmt.Fprintf(w, "site\t%s: %s\n", s.Name, contents(l, s.ID))
	}
	fmt.Fprintf(w, "all\t%s, %s\n", count(len(l.Sites), "site"), contents(l, ""))
	fmt.Fprintf(w, "assumed\t%s\n", assumed(l))
	for i, f := range l.Feeds[:len(c.Feeds)] {
		fmt.Fprintf(w, "feed\t%s: %s; supplies %s; expected every %s%s%s\n", f.ID, f.Name, strings.Join(f.Supplies, ", "),
			shortly(f.Every), cadence(f.Cadence), feedWays(c, &c.Feeds[i]))
	}
	fmt.Fprintf(w, "told\t%s, %s, %s%s\n", count(len(l.Conditions), "condition"), count(len(l.Cards), "action card"), count(len(l.Contacts), "contact"), alertWays(c))
	fmt.Fprintf(w, "listens\thttp on %s, NATS on %s%s\n", c.HTTP.Listen, c.NATS.Listen, mllpListeners(c))
	where := "inside, in " + c.Data
	if c.Log.URL != "" {
		where = "at " + c.Log.URL
	}
	fmt.Fprintf(w, "log\t%s, at most %d MiB\n", where, c.Log.MaxBytes>>20)
	w.Flush()
	fmt.Fprintln(out, "The configuration is sound.")
}

// contents counts the units and beds of a site, or of all for an empty one.
func contents(l *capacity.Layout, site string) string {
	units, areas, places, beds, escalation := 0, 0, 0, map[capacity.BedClass]int{}, map[capacity.BedClass]int{}
	for _, u := range l.Units {
		if site != "" && u.Site != site {
			continue
		}
		units++
		areas += len(u.Areas)
		for _, sort := range u.Places {
			places += sort.Open
		}
		for _, b := range u.Beds {
			beds[u.Class]++
			if b.Escalation {
				escalation[u.Class]++
			}
		}
	}
	parts := []string{count(units, "unit")}
	for _, class := range capacity.BedClasses() {
		if beds[class] == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", beds[class], class)
		if escalation[class] > 0 {
			part += fmt.Sprintf(" (%d of them escalation)", escalation[class])
		}
		parts = append(parts, part)
	}
	if areas > 0 {
		parts = append(parts, count(areas, "A&E area"))
	}
	if places > 0 {
		parts = append(parts, count(places, "place")+" outside hospital beds")
	}
	return strings.Join(parts, ", ")
}

// assumed says how much of the layout no source gives.
func assumed(l *capacity.Layout) string {
	units, beds, places := 0, 0, 0
	for _, u := range l.Units {
		if u.Assumed {
			units++
			beds += len(u.Beds)
			for _, sort := range u.Places {
				places += sort.Open
			}
		}
	}
	if units == 0 {
		return "nothing"
	}
	what := count(units, "unit") + " with " + count(beds, "bed")
	if places > 0 {
		what += " and " + count(places, "place")
	}
	return what + ": invented, no source gives them"
}

// cadence tells the hours with another expectation.
func cadence(hours []capacity.Cadence) string {
	var all strings.Builder
	for _, h := range hours {
		every := "never"
		if h.Every > 0 {
			every = "every " + shortly(h.Every)
		}
		fmt.Fprintf(&all, ", %s %02d:%02d-%02d:%02d %s", cmp.Or(h.Days, "daily"), h.From/60, h.From%60, h.To/60, h.To%60, every)
	}
	return all.String()
}

func feedWays(c *Config, f *FeedConfig) string {
	var ways []string
	for _, m := range c.MLLP {
		if m.Feed == f.ID {
			ways = append(ways, "HL7 over MLLP")
		}
	}
	if f.HL7 != nil && len(ways) == 0 {
		ways = append(ways, "HL7 over HTTP")
	}
	if f.TokenFile != "" {
		ways = append(ways, "with a token")
	}
	if len(ways) == 0 {
		return ""
	}
	return "; " + strings.Join(slices.Compact(ways), ", ")
}

func mllpListeners(c *Config) string {
	var all strings.Builder
	for _, m := range c.MLLP {
		fmt.Fprintf(&all, ", MLLP on %s for %s", m.Listen, m.Feed)
	}
	return all.String()
}

// shortly writes seconds without empty ends: 15m, not 15m0s.
func shortly(seconds int) string {
	text := (time.Duration(seconds) * time.Second).String()
	text, _ = strings.CutSuffix(text, "m0s")
	if !strings.HasSuffix(text, "s") {
		text += "m"
	}
	if hours, ok := strings.CutSuffix(text, "h0m"); ok {
		text = hours + "h"
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// alertWays says whether alerts come back.
func alertWays(c *Config) string {
	switch {
	case c.Alerts == nil:
		return "; alerts are not told back (centre: alerts: is not there)"
	case c.Alerts.TokenFile != "":
		return "; alerts are told back with a token"
	}
	return "; alerts are told back from this machine"
}
