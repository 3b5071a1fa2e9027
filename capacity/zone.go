package capacity

import "sort"

// Zone is local time as plain data: offsets from UTC, each from an instant on, sorted.
// Without any it is UTC. It is part of the layout, so that a replay elsewhere, with other
// zone files, has the same days.
type Zone []Offset

// Offset is the seconds that local time is ahead of UTC, from an instant on.
type Offset struct {
	From    Instant `json:"from"`
	Seconds int     `json:"s"`
}

func (z Zone) offset(at Instant) Instant {
	i := sort.Search(len(z), func(i int) bool { return z[i].From > at })
	if i == 0 {
		return 0
	}
	return Instant(z[i-1].Seconds) * 1000
}

const dayLength = Instant(24 * 3600 * 1000)

// Local is the reading of the wall clock as if it were UTC: for the day, the hour and the
// weekday, never to be compared with instants.
func (z Zone) Local(at Instant) Instant { return at + z.offset(at) }

// Midnight is when the local day of at began. Days have 23, 24 or 25 hours.
func (z Zone) Midnight(at Instant) Instant {
	local := z.Local(at)
	return z.Instant(local - local%dayLength)
}

// NextMidnight is when the local day of at ends.
func (z Zone) NextMidnight(at Instant) Instant {
	local := z.Local(at)
	return z.Instant(local - local%dayLength + dayLength)
}

// Clock is when the local clock reads so many minutes after midnight on the local day of
// at. A reading that does not exist that day is moved on by the gap; of one that comes
// twice it is the first.
func (z Zone) Clock(at Instant, minutes int) Instant {
	local := z.Local(at)
	return z.Instant(local - local%dayLength + Instant(minutes)*60_000)
}

// Instant is when the wall clock reads local; see Clock for readings that do not exist
// or come twice.
func (z Zone) Instant(local Instant) Instant {
	early := local - z.offset(local-dayLength)
	if z.Local(early) == local {
		return early
	}
	late := local - z.offset(local+dayLength)
	if z.Local(late) == local {
		return late
	}
	return early
}

// Minute is the minutes since local midnight that the wall clock shows.
func (z Zone) Minute(at Instant) int { return int(z.Local(at) % dayLength / 60_000) }

// Weekday is 0 for Sunday to 6 for Saturday, by local time.
func (z Zone) Weekday(at Instant) int { return int((z.Local(at)/dayLength + 4) % 7) }
