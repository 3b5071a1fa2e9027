package capacity

import (
	"cmp"
	"math"
	"slices"
)

// Amount is a measure's figure before it becomes a value: it can be added. The zero
// Amount says that nothing is known.
type Amount struct {
	Units    int // how many units it was taken from
	N        int64
	Of       int64
	Sum      int64     // seconds
	At       Instant   // of Earliest the moment, of a Shortfall the clock time it is for
	Spread   []int32   // seconds, sorted
	Balances []Balance // sorted by site
	Items    []Item    // what was counted, where that was asked for
}

// Balance is the beds of one class that a site can use by some time, against those that
// it needs by then.
type Balance struct {
	Site           string
	Usable, Needed int64
}

// Add adds another amount of the same measure. The order of adding makes no difference.
func (a *Amount) Add(b Amount) {
	a.Units += b.Units
	a.N += b.N
	a.Of += b.Of
	a.Sum += b.Sum
	a.earliest(b.At)
	a.Spread = append(a.Spread, b.Spread...)
	slices.Sort(a.Spread)
	for _, balance := range b.Balances {
		a.balance(balance)
	}
	a.Items = append(a.Items, b.Items...)
}

// Swap takes one part of a sum out and puts another in its place, exactly and in the time
// that their difference takes, however many other parts there are. It leaves what does not
// add up as it is: At, and Items. The sum shares nothing with its parts.
func (a *Amount) Swap(out, in *Amount) {
	a.Units += in.Units - out.Units
	a.N += in.N - out.N
	a.Of += in.Of - out.Of
	a.Sum += in.Sum - out.Sum
	a.Spread = exchange(a.Spread, out.Spread, in.Spread)
	for _, b := range out.Balances {
		a.balance(Balance{b.Site, -b.Usable, -b.Needed})
	}
	for _, b := range in.Balances {
		a.balance(b)
	}
}

// exchange takes some values out of a sorted list and puts others in, both sorted.
func exchange(list, out, in []int32) []int32 {
	for len(out) > 0 || len(in) > 0 {
		switch {
		case len(out) > 0 && len(in) > 0 && out[0] == in[0]:
			out, in = out[1:], in[1:]
		case len(in) == 0 || len(out) > 0 && out[0] < in[0]:
			i, _ := slices.BinarySearch(list, out[0])
			list, out = slices.Delete(list, i, i+1), out[1:]
		default:
			i, _ := slices.BinarySearch(list, in[0])
			list, in = slices.Insert(list, i, in[0]), in[1:]
		}
	}
	return list
}

// Equal says whether two amounts are the same; what was counted in them is not compared.
func (a *Amount) Equal(b *Amount) bool {
	return a.Units == b.Units && a.N == b.N && a.Of == b.Of && a.Sum == b.Sum && a.At == b.At &&
		slices.Equal(a.Spread, b.Spread) && slices.Equal(a.Balances, b.Balances)
}

// Short is the beds that are short, site by site: one site's spare beds are no help to
// another.
func (a *Amount) Short() (beds int64) {
	for _, b := range a.Balances {
		beds += max(0, b.Needed-b.Usable)
	}
	return beds
}

// Spare is the beds to spare, site by site.
func (a *Amount) Spare() (beds int64) {
	for _, b := range a.Balances {
		beds += max(0, b.Usable-b.Needed)
	}
	return beds
}

func (a *Amount) earliest(at Instant) {
	if at != 0 && (a.At == 0 || at < a.At) {
		a.At = at
	}
}

func (a *Amount) balance(b Balance) {
	i, found := slices.BinarySearchFunc(a.Balances, b.Site, func(have Balance, site string) int { return cmp.Compare(have.Site, site) })
	if !found {
		a.Balances = slices.Insert(a.Balances, i, Balance{Site: b.Site})
	}
	a.Balances[i].Usable += b.Usable
	a.Balances[i].Needed += b.Needed
}

// count takes one item into the amount of a measure of that form. It is the only way in,
// so that an amount is always what its items say.
func (a *Amount) count(form Form, i *Item) {
	n := int64(i.Value)
	switch form {
	case Count:
		a.N += n
	case Share:
		if i.Side != Rest {
			a.N += n
		}
		if i.Side != Beyond {
			a.Of += n
		}
	case Mean:
		a.N++
		a.Sum += seconds(i.Value)
	case Median:
		a.Spread = append(a.Spread, int32(seconds(i.Value)))
	case Earliest:
		a.earliest(Instant(math.Round(1000 * i.Value)))
	case Shortfall:
		switch i.Side {
		case Usable, Cleaning, Leaving:
			a.balance(Balance{Site: i.Site, Usable: n})
		default:
			a.balance(Balance{Site: i.Site, Needed: n})
		}
	}
}

func seconds(minutes float64) int64 { return int64(math.Round(60 * minutes)) }
