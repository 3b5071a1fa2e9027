package county

import (
	"time"

	"flowcentre/capacity"
)

// statuses sets going what people declare of themselves, each until the next is due.
func (c *County) statuses() {
	say := func(f *feed, status, value, role, how string, lasts time.Duration) {
		if f == nil {
			return
		}
		c.tell(f, "feed", "status-declared", details{
			Declared: &declared{Status: status, Scope: "system", Value: value}, Until: c.now.Add(lasts), Role: role, How: how,
		})
	}
	crisis := c.crisisFeed()
	reap := func() { say(c.crews(), "reap", c.mostly("3", "2", "4"), "tactical_commander", "system", 26*time.Hour) }
	network := func() { say(c.desk, "critcon", c.mostly("1", "2", "0"), deskRole, "phone", 26*time.Hour) }
	calls := func() {
		say(c.desk, "nhs111", c.mostly("normal", "pressure", "failing"), deskRole, "phone", 12*time.Hour)
	}
	mind := func() {
		say(crisis, "mental_health", c.mostly("pressure", "full", "normal"), "shift_lead", "system", 14*time.Hour)
	}
	for _, declare := range []func(){reap, network, calls, mind} {
		declare()
	}
	c.daily(9, 5, reap)
	c.daily(10, 15, network)
	for _, hour := range []int{7, 13, 20} {
		c.daily(hour, 40, calls)
	}
	c.daily(8, 30, mind)
	c.daily(20, 30, mind)
}

// mostly is the first of three in three cases of five.
func (c *County) mostly(usual, sometimes, seldom string) string {
	return []string{usual, sometimes, seldom}[c.weighed([]float64{.6, .3, .1})]
}

// crisisFeed is the feed of the mental health crisis services.
func (c *County) crisisFeed() *feed {
	for _, p := range c.providers {
		if p.unit.Kind == capacity.CrisisHouse || p.unit.Kind == capacity.PlaceOfSafety {
			return p.tells
		}
	}
	return nil
}
