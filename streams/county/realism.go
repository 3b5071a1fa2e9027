package county

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"

	"flowcentre/capacity"
)

// Row is one line of the realism table: a figure of a played county beside the range that
// is published, or assumed, for a winter county of its size.
type Row struct {
	Name        string
	Unit        string
	Least, Most float64   // of the range
	Source      string    // where the range is from
	Measured    []float64 // one for each seed, in their order
}

// Median is the median of the seeds.
func (r *Row) Median() float64 {
	all := slices.Sorted(slices.Values(r.Measured))
	if len(all) == 0 {
		return math.NaN()
	}
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// Spread is the least and the most of the seeds.
func (r *Row) Spread() (least, most float64) { return slices.Min(r.Measured), slices.Max(r.Measured) }

// Inside tells whether the median is in the range: single seeds may stray, as single winters
// do.
func (r *Row) Inside() bool { return r.Median() >= r.Least && r.Median() <= r.Most }

// Realism plays the county of o once for each seed for some whole days, with nobody
// listening but a ledger, and gives the realism table. What is from before the first
// settled days is left out.
func Realism(o Options, days int, seeds []uint64) ([]Row, error) {
	if days < settling+7 {
		return nil, fmt.Errorf("%d days are too few: the first %d settle, and a week has to follow", days, settling)
	}
	books := make([]*ledger, len(seeds))
	failures := make([]error, len(seeds))
	var running sync.WaitGroup
	turn := make(chan struct{}, 2)
	for i, seed := range seeds {
		running.Go(func() {
			turn <- struct{}{}
			books[i], failures[i] = listen(o, seed, days)
			<-turn
		})
	}
	running.Wait()
	if err := cmp.Or(failures...); err != nil {
		return nil, err
	}
	var table []Row
	for _, b := range books {
		rows := b.rows(days)
		if table == nil {
			table = rows
			continue
		}
		for i := range rows {
			table[i].Measured = append(table[i].Measured, rows[i].Measured...)
		}
	}
	return table, nil
}

// settling are the days before a county that was set up full has become its own.
const settling = 3

func listen(o Options, seed uint64, days int) (*ledger, error) {
	o.Seed = seed
	c, err := New(o)
	if err != nil {
		return nil, err
	}
	b := newLedger(&o.Layout, c.options.Start, c.zone)
	end := b.eight(c.options.Start, days)
	for m := c.Next(); m.At < end; m = c.Next() {
		b.take(m)
	}
	return b, nil
}

// rows are the table of one county.
func (b *ledger) rows(days int) []Row {
	var whole []*dayBook
	keys := slices.Sorted(maps.Keys(b.day))
	first := b.start.Time().In(b.zone).AddDate(0, 0, settling).Format(time.DateOnly)
	last := b.eight(b.start, days-1).Time().In(b.zone).Format(time.DateOnly)
	for _, k := range keys {
		if k >= first && k <= last {
			whole = append(whole, b.day[k])
		}
	}
	each := func(of func(*dayBook) float64) float64 {
		sum := 0.0
		for _, d := range whole {
			sum += of(d)
		}
		return sum / float64(len(whole))
	}
	on := func(day time.Weekday) float64 {
		sum, n := 0.0, 0.0
		for _, d := range whole {
			if d.weekday == day {
				sum, n = sum+float64(d.leavers), n+1
			}
		}
		return sum / n
	}
	starts := func(kind capacity.UnitKind) float64 {
		return each(func(d *dayBook) float64 { return float64(d.starts[kind]) })
	}
	type1 := each(func(d *dayBook) float64 { return float64(d.type1) })
	emergencies := each(func(d *dayBook) float64 { return float64(d.emergency) })
	admitted, arrived := 0, 0
	for _, n := range b.modes {
		arrived, admitted = arrived+n[0], admitted+n[1]
	}
	foot := [2]int{b.modes["walk_in"][0] + b.modes[""][0], b.modes["walk_in"][1] + b.modes[""][1]}
	var rows []Row
	row := func(name, unit string, least, most, value float64, source string) {
		rows = append(rows, Row{name, unit, least, most, source, []float64{value}})
	}
	row("attendances, all types", "a day", 540, 600, each(func(d *dayBook) float64 { return float64(d.arrived) }), "NHS England monthly A&E, January 2024: 569")
	row("attendances, type 1", "a day", 355, 400, type1, "two thirds of them: 375")
	row("variance over mean, given weekday", "ratio", 1.3, 2.0, scatter(whole), "two emergency departments' daily counts")
	row("Monday over Tuesday, attendances", "ratio", 1.06, 1.2, ratioOf(whole, time.Monday, time.Tuesday), "a British department: 1.13")
	row("greatest difference from the hour shares", "points", 0, .6, distanceOf(&b.byHour, &attending), "a British department's hours")
	row("by ambulance", "a day", 140, 170, each(func(d *dayBook) float64 { return float64(d.ambulances) }), "the trust, February 2020: 153")
	row("handovers of 30 minutes and more", "%", 15, 35, over(b.handovers, 30), "18 % in 2020, 23 % in England, December 2023")
	row("admitted, type 1", "%", 28.5, 31.5, percent(admitted, arrived), "29.5 to 30.6 % (NHS England)")
	row("admitted, by ambulance", "%", 45, 51, percent(b.modes["ambulance"][1], b.modes["ambulance"][0]), "48 %, fitted")
	row("admitted, on foot", "%", 15, 20, percent(foot[1], foot[0]), "17 %, fitted")
	for i, want := range []float64{12, 24, 36, 28} {
		n := 0
		all := 0
		for h, k := range b.admitHour {
			all += k
			if h/6 == i {
				n += k
			}
		}
		row(fmt.Sprintf("of the admitted, arrived %02d-%02d", 6*i, 6*i+6), "%", want-3.5, want+3.5, percent(n, all), "England 2016-18")
	}
	row("emergency admissions", "a day", 160, 180, emergencies, "the trust, January 2024: 170")
	row("over 4 hours in A&E, all types", "%", 34, 46, over(b.stays, 240), "the trust, January 2024: 40 %")
	row("over 4 hours from decision to bed", "%", 20, 32, over(b.waits, 240), "the trust, January 2024: 27 %")
	row("adult beds occupied at 08:00", "%", 94, 98, each(func(d *dayBook) float64 { return d.occupied }), "the trust, January 2024: 96.9 %")
	row("mean stay (occupied over admissions)", "days", 3.8, 5.4, each(func(d *dayBook) float64 { return d.occupied })/100*float64(b.core)/emergencies, "the trust: 5.0")
	row("no criteria to reside, still here at night", "people", 95, 120, each(func(d *dayBook) float64 { return float64(d.remaining) }), "the trust, January 2024: 108")
	row("left off that list on the day", "a day", 120, 185, each(func(d *dayBook) float64 { return float64(d.went) }), "the trust: 166")
	row("left by noon", "%", 14.5, 20, shareOf(&b.leftHour, 0, 12), "17.6 % (2014-15)")
	row("left by 17:00", "%", 56, 62, shareOf(&b.leftHour, 0, 17), "59 %, twelve trusts")
	row("left 23:00-06:00", "%", 2, 5, shareOf(&b.leftHour, 23, 24)+shareOf(&b.leftHour, 0, 6), "3.5 %")
	row("Sunday over Friday, discharges", "ratio", .5, .6, on(time.Sunday)/on(time.Friday), "the trust, October 2023 to December 2024: .54")
	row("Saturday over Friday, discharges", "ratio", .65, .79, on(time.Saturday)/on(time.Friday), "the trust: .72")
	row("community beds occupied at 08:00", "%", 91, 97, each(func(d *dayBook) float64 { return d.community }), "91 to 95 % (2016)")
	row("pathway 1 starts", "a day", 26, 36, starts(capacity.HomeCare), "35 starts a day, assumed")
	row("pathway 2, to community beds", "a day", 6, 13, each(func(d *dayBook) float64 { return float64(d.pathways[2]) }), "7 a day and more, by 21 days in 233 beds")
	row("pathway 3, to care homes", "a day", 2, 5, each(func(d *dayBook) float64 { return float64(d.pathways[3]) }), "3 a day, assumed")
	row("virtual wards filled", "%", 74, 86, mean(b.filled), "England, October 2025: 79.8 %")
	row("virtual ward stay, median", "days", 6, 8, quantile(b.homeStays, .5), "7, unconfirmed")
	row("virtual ward stay under 14 days", "%", 86, 94, 100-over(b.homeStays, 14), "90 %, unconfirmed")
	row("urgent community response starts", "a day", 32, 50, starts(capacity.UrgentResponse), "1,200 referrals in December 2022")
	row("urgent community response in 2 hours", "%", 70, 90, 100-over(b.response, 120), "standard: 70 %")
	row("admissions avoided that attend in 72 hours", "%", 6, 18, percent(b.after, b.claims), "assumed")
	row("referrals declined, of those answered", "%", 8, 25, percent(b.answers["declined"], b.answers["declined"]+b.answers["accepted"]), "assumed")
	row("typed in over 30 minutes late", "%", 4, 7.5, percent(b.late, b.typed), "5 %, and feeds that catch up")
	row("messages twice", "%", .4, .6, percent(b.twice, b.messages), ".5 %")
	row("messages held up, so that others overtake them", "%", .1, .35, percent(b.held, b.messages), ".2 %")
	row("discharges found at midnight", "%", .6, 1.6, percent(b.found, b.left), "1 %, and feeds that catch up")
	return rows
}

func percent(part, of int) float64 { return 100 * float64(part) / float64(max(1, of)) }

func over(all []float64, limit float64) float64 {
	n := 0
	for _, v := range all {
		if v > limit {
			n++
		}
	}
	return percent(n, len(all))
}

func mean(all []float64) float64 {
	sum := 0.0
	for _, v := range all {
		sum += v
	}
	return sum / float64(max(1, len(all)))
}

func quantile(all []float64, part float64) float64 {
	if len(all) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

// shareOf is the part, in percent, that falls into some hours.
func shareOf(hours *[24]int, from, to int) float64 {
	n, all := 0, 0
	for h, k := range hours {
		all += k
		if h >= from && h < to {
			n += k
		}
	}
	return percent(n, all)
}

// distanceOf is how far the share of any hour is from what it should be, in points.
func distanceOf(hours *[24]int, usual *[24]float64) (most float64) {
	for h := range hours {
		most = max(most, math.Abs(shareOf(hours, h, h+1)-100*share(usual, h)))
	}
	return most
}

// byWeekday are the attendances of each weekday.
func byWeekday(days []*dayBook) (all [7][]float64) {
	for _, d := range days {
		all[d.weekday] = append(all[d.weekday], float64(d.arrived))
	}
	return all
}

func ratioOf(days []*dayBook, one, other time.Weekday) float64 {
	all := byWeekday(days)
	return mean(all[one]) / mean(all[other])
}

// scatter is the variance of the day's attendances about their weekday's mean, over the
// mean: 1 for chance alone.
func scatter(days []*dayBook) float64 {
	squares, sum, free := 0.0, 0.0, 0
	for _, counts := range byWeekday(days) {
		m := mean(counts)
		for _, n := range counts {
			squares += (n - m) * (n - m)
			sum += n
		}
		free += max(0, len(counts)-1)
	}
	return squares / float64(max(1, free)) / (sum / float64(max(1, len(days))))
}
