package county

import (
	"math"
	"time"
)

func (c *County) chance(p float64) bool { return c.rnd.Float64() < p }

func (c *County) between(least, most time.Duration) time.Duration {
	return least + time.Duration(c.rnd.Float64()*float64(most-least))
}

// lognormal draws by median and spread of the logarithm.
func (c *County) lognormal(median time.Duration, spread float64) time.Duration {
	return time.Duration(float64(median) * math.Exp(spread*c.rnd.NormFloat64()))
}

// poisson draws a count of a mean that is small.
func (c *County) poisson(mean float64) int {
	limit, product, n := math.Exp(-mean), c.rnd.Float64(), 0
	for product > limit {
		product *= c.rnd.Float64()
		n++
	}
	return n
}

// weighed draws an index by weights.
func (c *County) weighed(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	left := c.rnd.Float64() * sum
	for i, w := range weights {
		if left -= w; left < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func pick[T any](c *County, from []T) T { return from[c.rnd.IntN(len(from))] }

// Shares of a day by local hour. See doc.go for where they come from.
var (
	attending = [24]float64{
		2.4, 1.9, 1.7, 1.4, 1.2, 1.1, 1.0, 1.9, 3.1, 5.5, 6.3, 6.9,
		6.7, 6.3, 6.0, 6.0, 6.3, 6.1, 6.6, 5.7, 5.2, 4.3, 3.6, 3.0,
	}
	conveyed       = flatter(attending)
	walking        = others(others(attending, conveyed, byAmbulance), referredArrive, withLetter)
	referredArrive = [24]float64{
		1, 1, 1, 1, 1, 1, 1, 1.5, 2.5, 4, 5.5, 7, 7.5, 8, 8.5, 8.5, 8, 7.5, 7, 6, 5, 4, 2, 1,
	}
	daytime = open(attending, 8, 21)
	leaving = [24]float64{
		.5, .4, .4, .4, .4, .4, .5, .7, .9, 3, 4, 6, 7.5, 8, 8.5, 8.5, 8.9, 10, 9, 8, 6, 4, 3, 1,
	}
)

// flatter has half the amplitude of a day.
func flatter(day [24]float64) [24]float64 {
	for i := range day {
		day[i] = (day[i] + 100./24) / 2
	}
	return day
}

// others is the day of those who are left when a part of all comes by a day of its own.
func others(all, some [24]float64, part float64) [24]float64 {
	for i := range all {
		all[i] = max(.1, (all[i]-part*100*share(&some, i))/(1-part))
	}
	return all
}

// open is a day of which only some hours are left.
func open(day [24]float64, from, to int) [24]float64 {
	for i := range day {
		if i < from || i >= to {
			day[i] = 0
		}
	}
	return day
}

// mood makes days differ by more than chance alone would, and weeks a little.
func (c *County) mood() float64 {
	return c.level * (.967 + .066*float64((uint64(c.local().YearDay())*2654435761+c.options.Seed*40503)%1000)/1000)
}

// drift moves the level of a season from one day to the next.
func (c *County) drift() {
	c.level = math.Exp(.85*math.Log(c.level) + .0065*c.rnd.NormFloat64())
}

// come has about so many come within the next hour.
func (c *County) come(mean float64, arrive func()) {
	for range c.poisson(mean) {
		c.after(c.between(0, time.Hour), arrive)
	}
}

// Factors of a weekday, from Sunday. Those of leaving at the weekend are a little below
// what comes out, since leaning against occupancy puts some back.
var (
	leavingOn   = [7]float64{.50, .88, 1.00, 1.05, 1.03, 1.04, .705}
	attendingOn = [7]float64{1.00, 1.13, 1.00, .98, .98, .97, .94}
	admittedOn  = [7]float64{.93, 1.06, 1.03, 1.02, 1.01, 1.02, .93}
)

// meanLeaving is the mean of leavingOn.
const meanLeaving = .89

// share is the part of a day that falls into a local hour.
func share(day *[24]float64, hour int) float64 {
	sum := 0.0
	for _, s := range day {
		sum += s
	}
	return day[hour] / sum
}
