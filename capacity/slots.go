package capacity

// Slots is the places of a unit as they are now: what its provider told last, and what has
// become of referrals since. A plain copy that nobody changes.
type Slots struct {
	Told    Moment  // as at, of the newest report or "still true"; none while nobody has told
	Expires Instant // when another should have come, by the cadence of the feed that told
	Shut    bool    // takes nobody on, by its own word
	Until   Instant // of Shut: not before then; 0 where nobody said
	Reason  string  // of Shut
	Sorts   []Slot  // as laid out
}

// Slot is one sort of a unit's places. Free = Open - Used - Kept - Begun. Whoever has ended
// since the report is in Used or Begun still: the place is free when the provider says so,
// for it may have been filled, or need a repair, by then.
type Slot struct {
	ID      string
	Open    int
	Used    *int // nil while nobody has told
	Kept    int  // for referrals that were accepted and have not begun
	Begun   int  // begun since it was told how many are used
	Ended   int  // ended since then
	Waiting *int
	Next    Instant // when the next place is expected
	Wait    *int    // days
	Events  []uint64
}

// Free is the places free; not known while nobody has told, and never less than 0.
func (s *Slot) Free() (n int, known bool) {
	if s.Used == nil {
		return 0, false
	}
	return max(0, s.Open-*s.Used-s.Kept-s.Begun), true
}

// Over is how many more are used, kept and begun than there are.
func (s *Slot) Over() int {
	if s.Used == nil {
		return 0
	}
	return max(0, *s.Used+s.Kept+s.Begun-s.Open)
}

// Accepting says whether the unit takes people on at that moment, by its own word.
func (s *Slots) Accepting(c *Clock) bool {
	return !s.Shut || s.Until != 0 && c.Passed(s.Until)
}

// Old says whether another report should have come.
func (s *Slots) Old(c *Clock) bool { return s.Told.Told() && c.Passed(s.Expires) }

// Usable is from when the unit's free places can be used, by its own word and its hours: the
// moment itself when they can be now, 0 when nobody knows.
func (s *Slots) Usable(u *Unit, c *Clock) Instant {
	from := c.Now
	if !s.Accepting(c) {
		if from = s.Until; from == 0 {
			return 0
		}
	}
	open, changes := u.OpenAt(from, c.Zone)
	if !open {
		from = changes
	}
	c.Passed(changes)
	c.Passed(from)
	return from
}
