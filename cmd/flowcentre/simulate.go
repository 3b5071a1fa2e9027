package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"flowcentre/streams/county"
)

const simulateUsage = `flowcentre simulate --check: is the synthetic county like a real one?

  flowcentre simulate --check [--days 60] [--seeds 5]

Plays the county of the demonstration with no centre listening, as fast as it goes, once
for each seed, and prints what can be counted in its messages beside what is published of a
winter county of its size. Exit 1 when the median of the seeds is out of a range.

  flowcentre simulate --check
  flowcentre simulate --check --days 14 --seeds 1
`

// simulateCommand is flowcentre simulate.
func simulateCommand(_ context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("simulate", simulateUsage, stderr)
	check := flags.Bool("check", false, "print the realism table")
	days := flags.Int("days", 60, "whole days for each seed")
	seeds := flags.Int("seeds", 5, "how many seeds, from 1 on")
	if code, ok := parse(flags, args); !ok {
		return code
	}
	if flags.NArg() > 0 || !*check || *seeds < 1 || *seeds > 100 || *days > 400 {
		fmt.Fprint(stderr, simulateUsage)
		return 2
	}
	began := time.Now()
	out, err := printRealism(stdout, *days, *seeds)
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "\n%d days for each of %s, in %s.\n", *days, count(*seeds, "seed"), time.Since(began).Round(time.Second))
	if out > 0 {
		fmt.Fprintf(stderr, "flowcentre: %s out of range\n", count(out, "row"))
		return 1
	}
	return 0
}

// printRealism prints the table and counts the rows that are out of range.
func printRealism(w io.Writer, days, seeds int) (out int, err error) {
	config, err := demoCounty()
	if err != nil {
		return 0, err
	}
	all := make([]uint64, seeds)
	for i := range all {
		all[i] = uint64(i + 1)
	}
	rows, err := county.Realism(county.Options{Layout: config.Layout, Start: demoStart, Desk: true}, days, all)
	if err != nil {
		return 0, err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "row\trange\tmeasured\tleast-most\t\tfrom")
	for _, r := range rows {
		word := "ok"
		if !r.Inside() {
			word, out = "out", out+1
		}
		least, most := r.Spread()
		fmt.Fprintf(table, "%s, %s\t%.4g-%.4g\t%.3g\t%.3g-%.3g\t%s\t%s\n", r.Name, r.Unit, r.Least, r.Most, r.Median(), least, most, word, r.Source)
	}
	return out, table.Flush()
}
