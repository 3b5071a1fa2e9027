package county

import (
	"time"
)

// deskRole is who decides at the centre's desk.
const deskRole = "coordinator"

// DeskFeed is the feed of what people of the centre decide.
const DeskFeed = "desk"

// How the coordinators decide.
const (
	keepsBed   = 2 * time.Hour    // how long a bed is kept
	deskDelay  = 30 * time.Second // what the centre was told is on the screen by then
	thinkAgain = .02              // of allocations are ended, and the bed given to another
)

// allocate has the coordinators of the centre keep a bed for a request, if they can know
// of it by now.
func (c *County) allocate(r *request, b *bed) {
	if r == nil || r.ended || r.told == 0 || r.told.Add(deskDelay) > c.now {
		return
	}
	r.kept = true
	c.tell(c.desk, "decision", "bed-allocated", details{Request: r.id, Place: b.place(), Until: c.now.Add(keepsBed), Role: deskRole})
}

// endAllocation takes that back.
func (c *County) endAllocation(r *request, reason string) {
	if r == nil || r.ended || !r.kept {
		return
	}
	r.kept = false
	c.tell(c.desk, "decision", "allocation-ended", details{Request: r.id, Reason: reason, Role: deskRole})
}

// playDesk makes the feed of the coordinators.
func (c *County) playDesk() {
	if !c.options.Desk {
		return
	}
	c.desk = &feed{id: DeskFeed, protocol: Desk, first: len(c.voices)}
	c.voices = append(c.voices, c.desk)
	c.feeds[DeskFeed] = c.desk
}
