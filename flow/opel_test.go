package flow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"flowcentre/capacity"
)

// aProfile scores a crowded A&E department with a corridor, of the site "site": at most 6.
func aProfile() *capacity.Profile {
	return &capacity.Profile{
		ID: "test", Name: "Test profile", Version: 1, Origin: capacity.Illustrative, Raise: 120, Lower: 600,
		Pillars: []capacity.Pillar{{
			ID:    "acute",
			Sites: []capacity.Weight{{Site: "site", Part: 1}},
			Parameters: []capacity.Parameter{
				{ID: "crowd", Name: "In A&E", Measure: "ae_in_department", Worse: "higher", Drift: 4, Steps: []capacity.Step{{}, {From: 2, Points: 1}, {From: 4, Points: 2}, {From: 6, Points: 3}}},
				{ID: "corridor", Name: "Corridor", Measure: "ae_corridor", Worse: "higher", Drift: 1, Steps: []capacity.Step{{}, {From: 1, Points: 1}, {From: 3, Points: 3}}},
			},
			Bands: []capacity.Band{{Level: 1, To: 1}, {Level: 2, To: 2}, {Level: 3, To: 4}, {Level: 4, To: 6}},
		}},
	}
}

// levels shows the OPEL levels, those of sites with their points.
func (w *ward) levels() string {
	var b strings.Builder
	for _, l := range w.s.View().Levels {
		fmt.Fprintf(&b, "%s: OPEL %d", l.ID, l.Level)
		if l.Could > l.Level {
			fmt.Fprintf(&b, ", could be %d", l.Could)
		}
		if l.True != l.Level {
			fmt.Fprintf(&b, ", now %d", l.True)
		}
		fmt.Fprintf(&b, ", shown since %s", clock(l.ShownSince))
		if l.TrueSince != 0 {
			fmt.Fprintf(&b, ", true since %s", clock(l.TrueSince))
		}
		if d := l.Declared; d != nil {
			fmt.Fprintf(&b, "; declared %d at %s by %s, review %s, until %s", d.Level, clock(d.At), d.Role, clock(d.Review), clock(d.Until))
		}
		b.WriteString("\n")
		for _, p := range l.Points {
			value := "unknown"
			if p.Value != nil {
				value = fmt.Sprint(*p.Value)
			}
			fmt.Fprintf(&b, "  %s %s: %g", p.ID, value, p.Low)
			if p.High != p.Low {
				fmt.Fprintf(&b, " to %g", p.High)
			}
			fmt.Fprintf(&b, " of %g", p.Most)
			if p.Why != "" {
				fmt.Fprintf(&b, ", %s", p.Why)
			}
			if p.Since != 0 {
				fmt.Fprintf(&b, " since %s", clock(p.Since))
			}
			if p.Phoned {
				b.WriteString(", told by a person")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// TestWhatIsShownIsWhatItsHistorySays: the level shown of any run of scores is what somebody works
// out from the whole run: raised to the highest that held without a break for the raise, lowered
// step by step once nothing reached it for the lower, and never otherwise.
func TestWhatIsShownIsWhatItsHistorySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile := &capacity.Profile{ID: "p", Version: 1, Raise: 60 * rapid.IntRange(0, 5).Draw(t, "raise"), Lower: 60 * rapid.IntRange(0, 20).Draw(t, "lower")}
		scores := rapid.SliceOfN(rapid.IntRange(1, 4), 1, 80).Draw(t, "scores")
		s := New("levels")
		shown := scores[0]
		for i, score := range scores {
			s.at = capacity.Instant((i + 1) * 60_000)
			s.grade("site/x", "acute", profile, capacity.Score{Level: score, Could: score}, nil, map[string]bool{})
			if i > 0 {
				shown = workedOut(scores[:i+1], shown, profile.Raise/60, profile.Lower/60)
			}
			require.Equal(t, shown, s.levels["site/x"].Shown, "minute %d of %v, raise %d, lower %d", i, scores[:i+1], profile.Raise/60, profile.Lower/60)
		}
	})
}

// workedOut is the level shown after the last of the scores, one a minute, where shown was before.
func workedOut(scores []int, shown, raise, lower int) int {
	now := len(scores) - 1
	for k := 4; k > shown; k-- {
		since := now
		for since > 0 && scores[now] >= k && scores[since-1] >= k {
			since--
		}
		if scores[now] >= k && now-since >= raise {
			return k
		}
	}
	for shown > 1 {
		last := now
		for last >= 0 && scores[last] < shown {
			last--
		}
		if last >= 0 && now-last < lower || last < 0 && now+1 < lower {
			return shown
		}
		if last == now {
			return shown
		}
		shown--
	}
	return shown
}
