package flow

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"flowcentre/capacity"
)

// unitPlaces reads what a unit with places is laid out as.
func (w *ward) unitPlaces(u *capacity.Unit, key, value string) bool {
	minutes := func(text string) int { return int(w.time(text).Sub(capacity.At(day)) / time.Minute) }
	switch key {
	case "places": // nursing:4,residential:10
		for _, text := range strings.Split(value, ",") {
			id, open, _ := strings.Cut(text, ":")
			u.Places = append(u.Places, capacity.Places{ID: id, Name: id, Open: w.number(open)})
		}
	case "hours": // mon-fri/08:00/20:00
		h := strings.Split(value, "/")
		u.Hours = append(u.Hours, capacity.Hours{Days: strings.TrimPrefix(h[0], "daily"), From: minutes(h[1]), To: minutes(h[2])})
	case "locality":
		u.Locality = value
	case "serves":
		u.Serves = strings.Split(value, ",")
	case "step":
		u.Step = value
	case "home":
		u.Home = true
	case "within":
		u.Within = w.number(value)
	case "meets":
		u.Meets = strings.Split(value, ",")
	case "refuses":
		u.Refuses = strings.Split(value, ",")
	default:
		return false
	}
	return true
}

// fillCommunity fills what facts about places, referrals and calls say.
func (w *ward) fillCommunity(d *Data, key, value string) bool {
	if d.Places == nil && (key == "sort" || key == "accepting" || key == "assess" || key == "returns") {
		d.Places = &PlacesTold{}
	}
	is := value == "yes"
	switch key {
	case "sort": // nursing/used:3/open:4/waiting:2/next:12:00
		parts := strings.Split(value, "/")
		t := SortTold{Sort: parts[0]}
		for _, part := range parts[1:] {
			what, text, _ := strings.Cut(part, ":")
			if what == "next" {
				t.Next = w.time(text)
				continue
			}
			n := w.number(text)
			switch what {
			case "used":
				t.Used = &n
			case "open":
				t.Open = &n
			case "waiting":
				t.Waiting = &n
			case "wait":
				t.Wait = &n
			default:
				require.Fail(w.t, "no number "+what)
			}
		}
		d.Places.Sorts = append(d.Places.Sorts, t)
	case "accepting":
		d.Places.Accepting = &is
	case "assess":
		d.Places.Assess = &is
	case "returns":
		d.Places.Returns = &is
	case "how":
		d.How = value
	case "takes": // the report that a withdrawal takes back
		d.Item = value
	case "referral":
		d.Referral = value
	case "seeks":
		d.Seeks = strings.Split(value, ",")
	case "intent":
		d.Intent = value
	case "age":
		d.Age = w.number(value)
	case "locality":
		d.Locality = value
	case "call":
		d.Call = value
	case "outcome":
		d.Outcome = value
	default:
		return false
	}
	return true
}

// since is an instant as a script writes it: days after the first stand before a plus.
func since(at capacity.Instant) string {
	if days := at.Sub(capacity.At(day)) / (24 * time.Hour); days > 0 && at != 0 {
		return fmt.Sprintf("%d+%s", days, clock(at))
	}
	return clock(at)
}

// referrals shows referrals and calls as people see them.
func (w *ward) referrals(v *View) string {
	var b strings.Builder
	for _, r := range v.Referrals {
		fmt.Fprintf(&b, "referral %s %s", r.ID, r.State)
		for _, p := range []struct {
			what string
			text string
		}{{"by", strings.TrimRight(r.Unit+"/"+r.Sort, "/")}, {"at", r.Place}, {"seeks", strings.Join(r.Seeks, "+")}, {"for", r.Key}, {"reason", r.Reason}} {
			if p.text != "" {
				b.WriteString(" " + p.what + " " + p.text)
			}
		}
		for _, p := range []struct {
			what string
			at   capacity.Instant
		}{{"made", r.Made}, {"accepted", r.Accepted}, {"starts", r.Starts}, {"breach", r.Breach}, {"started", r.Started}, {"not conveyed", r.NotConveyed}, {"ended", r.Ended}, {"cancelled", r.Cancelled}} {
			if p.at != 0 {
				b.WriteString(", " + p.what + " " + since(p.at))
			}
		}
		b.WriteString("\n")
		for _, a := range r.Asked {
			fmt.Fprintf(&b, "  asked %s", a.Unit)
			if a.Asked != 0 {
				b.WriteString(" at " + since(a.Asked))
			}
			if a.Answer != "" {
				fmt.Fprintf(&b, ", %s at %s %s", a.Answer, since(a.Answered), a.Reason)
			}
			b.WriteString("\n")
		}
		if a := r.Avoided; a != nil {
			fmt.Fprintf(&b, "  admission avoided: %s since %s, known at %s, by %v\n", a.State, since(a.Since), since(a.Check), a.Events)
		}
	}
	for _, c := range v.Calls {
		fmt.Fprintf(&b, "call %s at %s from %s, raised %s, answered %s, closed %s %s %s\n", c.ID, c.Place, c.Origin, since(c.Raised), since(c.Answered), since(c.Closed), c.Outcome, c.Referral)
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

// slots shows a unit's places as people see them.
func (w *ward) slots(u *UnitView) string {
	v := u.Slots
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", u.ID, v.State)
	if v.Told != 0 {
		fmt.Fprintf(&b, ": told %s%s, until %s", since(v.Told), strings.TrimRight(" "+v.How, " "), since(v.Expires))
	}
	for _, p := range []struct {
		what string
		so   bool
		text string
	}{
		{", not accepting", !v.Accepting, v.Reason},
		{", accepting again from", v.Until != 0, since(v.Until)},
		{", usable from", v.From != 0, since(v.From)},
		{", closes", v.Closes != 0, since(v.Closes)},
		{", can assess", v.Assess != nil && *v.Assess, ""},
		{", own can return", v.Returns != nil && *v.Returns, ""},
	} {
		if p.so {
			b.WriteString(strings.TrimRight(p.what+" "+p.text, " "))
		}
	}
	b.WriteString("\n")
	number := func(n *int) string {
		if n == nil {
			return "?"
		}
		return fmt.Sprint(*n)
	}
	for _, s := range v.Sorts {
		fmt.Fprintf(&b, "  %s %d open = %s used + %d kept + %d begun + %s free", s.ID, s.Open, number(s.Used), s.Kept, s.Begun, number(s.Free))
		if s.Free != nil {
			require.Equal(w.t, s.Open, *s.Used+s.Kept+s.Begun+*s.Free-s.Over)
		}
		for _, n := range []struct {
			what string
			n    int
		}{{"over", s.Over}, {"ended", s.Ended}} {
			if n.n > 0 {
				fmt.Fprintf(&b, ", %d %s", n.n, n.what)
			}
		}
		if s.Waiting != nil {
			fmt.Fprintf(&b, ", %d waiting", *s.Waiting)
		}
		if s.Next != 0 {
			b.WriteString(", next " + since(s.Next))
		}
		b.WriteString("\n")
	}
	for _, r := range v.Reports {
		fmt.Fprintf(&b, "  report %s %s", r.ID, since(r.At))
		if r.Still {
			b.WriteString(" still true")
		}
		if r.Withdrawn {
			b.WriteString(" withdrawn")
		}
		b.WriteString("\n")
	}
	return b.String()
}
