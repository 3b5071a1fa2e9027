package capacity

// Referral is somebody's need for a place outside a hospital bed, as far as measures count
// it. It stands in the pictures of the centre that looks after it, of every unit that was
// asked, and of the one that has accepted.
type Referral struct {
	ID     string
	Home   string  // unit that it counts at while nobody has accepted: the co-ordination centre, else the unit asked last
	Unit   string  // that has accepted
	Within int     // seconds in which it should begin after it was made, 0 where there is no standard
	Asked  []Asked // units that were asked, oldest first

	Made, Accepted, Started, Ended, Cancelled Moment

	Avoided Avoided  // of a referral that claims that somebody did not go to hospital
	Events  []uint64 // sequences of its facts in the log, oldest first
}

// Asked is one unit that a referral was put to.
type Asked struct {
	Unit            string
	Asked, Answered Moment
	Answer          string // accepted, declined or withdrawn; empty while there is none
	Reason          string
}

// Avoided is the claim that somebody did not go to hospital because of a referral; without a
// state there is none.
type Avoided struct {
	State  string   // claimed, confirmed, withdrawn or cannot_be_checked
	Since  Moment   // of the state
	Events []uint64 // its trail, oldest first
}

// Waiting says whether nobody has accepted yet, and somebody is needed who does.
func (r *Referral) Waiting() bool {
	return !r.Accepted.Told() && !r.Started.Told() && !r.Over()
}

// Over says whether nothing more is to be done for it.
func (r *Referral) Over() bool { return r.Ended.Told() || r.Cancelled.Told() }

// Breach is when it is begun later than its standard, 0 where there is none.
func (r *Referral) Breach() Instant {
	if r.Within == 0 {
		return 0
	}
	return r.Made.At + Instant(r.Within)*1000
}

// Call is one call to a co-ordination centre, as far as measures count it.
type Call struct {
	ID                       string
	Unit                     string // the centre
	Raised, Answered, Closed Moment
	Events                   []uint64
}

// Waiting says whether nobody has answered it.
func (c *Call) Waiting() bool {
	return c.Raised.Told() && !c.Answered.Told() && !c.Closed.Told()
}
