package main

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"flowcentre/flow"
)

// TestAcuteCensusAgainstPaper compares the whole census, again and again along the run,
// with one kept in the plainest way. No patient is left out.
func TestAcuteCensusAgainstPaper(t *testing.T) {
	messages := acuteRun(t)
	results := acuteResults(t, messages)
	tellAcute(acuteLayout(results), acuteFacts(results), func(n int, s *flow.State) {
		if n%50 == 0 {
			require.Equal(t, onPaper(messages[:n]), perPatient(s), "after message %d", n)
		}
	})
}

// cardEntry is what one message says of one patient, read without any of the program.
type cardEntry struct {
	trigger, mrn, when        string // when: the earlier of EVN-2 and MSH-7
	bed, later, due, expected string // PV1-3, PV1-42, PV2-9, EVN-3
}

// card is what a ward clerk keeps of one patient.
type card struct {
	at, next, coming cardSpot
	before           []cardSpot
	away             bool
}

type cardSpot struct{ bed, since, due string }

// onPaper is the census of a clerk who first puts the messages in the order in which
// things happened, with every merged record under its survivor, and then goes through
// them with one card for each patient. Visits, classes and where a patient came from are
// left aside, and so are A04 and A08: in this run they move nobody.
func onPaper(messages [][]byte) map[string][]string {
	people := map[string]*card{}
	for _, e := range cardEntries(messages) {
		p := people[e.mrn]
		if p == nil {
			p = &card{}
			people[e.mrn] = p
		}
		p.take(e)
	}
	all := map[string][]string{}
	for mrn, p := range people {
		for _, s := range []struct {
			cardSpot
			expected bool
		}{{p.at, false}, {p.next, true}, {p.coming, true}} {
			if s.bed != "" {
				all[mrn] = append(all[mrn], inWords(s.bed, s.expected, s.since, s.due, p.away && !s.expected))
			}
		}
		slices.Sort(all[mrn])
	}
	return all
}

func (p *card) take(e cardEntry) {
	switch e.trigger {
	case "A01":
		p.before = append(p.before, p.at)
		p.at, p.next, p.coming = cardSpot{bed: e.bed, since: e.when}, cardSpot{}, cardSpot{}
	case "A02", "A10", "A17":
		p.before, p.next, p.away = append(p.before, p.at), cardSpot{}, false
		if e.bed != p.at.bed { // an A10 may bring the patient back to the bed that was kept
			p.at = cardSpot{e.bed, e.when, p.at.due}
		}
	case "A03":
		p.before = append(p.before, p.at)
		p.at, p.next, p.away = cardSpot{}, cardSpot{}, false
	case "A12", "A13":
		p.at, p.before = p.before[len(p.before)-1], p.before[:len(p.before)-1]
	case "A05", "A14":
		p.coming = cardSpot{e.later, e.when, e.expected}
	case "A27":
		p.coming = cardSpot{}
	case "A15":
		p.next = cardSpot{e.later, e.when, e.expected}
	case "A26":
		p.next = cardSpot{}
	case "A16":
		p.at.due = e.due
	case "A25":
		p.at.due = ""
	case "A09":
		p.away = true
	case "A11", "A23":
		*p = card{}
	}
}

func cardEntries(messages [][]byte) []cardEntry {
	var all []cardEntry
	survivor := map[string]string{}
	for _, m := range messages {
		var e cardEntry
		var sent string
		for segment := range strings.SplitSeq(string(m), "\r") {
			f := append(strings.Split(segment, "|"), make([]string, 60)...)
			switch f[0] {
			case "MSH":
				sent, e.trigger = f[6], strings.TrimPrefix(f[8], "ADT^")
			case "EVN":
				e.when, e.expected = min(f[2], sent), f[3]
			case "PID":
				e.mrn, _, _ = strings.Cut(f[3], "^")
			case "MRG":
				old, _, _ := strings.Cut(f[1], "^")
				survivor[old] = e.mrn
			case "PV1":
				e.bed, e.later = bedNamed(f[3]), bedNamed(f[42])
				all = append(all, e) // A17: once for each patient
			case "PV2":
				all[len(all)-1].due = f[9]
			}
		}
	}
	for i := range all {
		if into, merged := survivor[all[i].mrn]; merged {
			all[i].mrn = into
		}
	}
	slices.SortStableFunc(all, func(a, b cardEntry) int { return cmp.Compare(a.when, b.when) })
	return all
}

func bedNamed(pl string) string {
	if part := strings.Split(pl, "^"); len(part) > 2 {
		return strings.ToLower(part[0]) + "/" + part[2]
	}
	return ""
}
