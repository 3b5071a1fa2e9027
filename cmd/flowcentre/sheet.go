package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// SheetConfig says where the sheet is written that people hold when the screens are dark.
type SheetConfig struct {
	Dir   string
	Every time.Duration // of the centre's clock
	Keep  int           // sheets kept, besides the newest under a name of its own
}

// The newest sheet, and how the dated ones are called: by the local time, so that they sort.
const (
	newestSheet = "latest.html"
	datedSheet  = "sheet-20060102-1504.html"
)

// sheets writes the sheet again and again.
type sheets struct {
	SheetConfig
	zone    *time.Location
	view    func() *flow.View
	written atomic.Int64 // when the newest was written, in seconds of the machine's clock; 0 before
	failed  func(error)
}

// writeSheets writes the sheet for dark screens as often as is asked.
func (c *centre) writeSheets(measure *metrics) error {
	zone, err := time.LoadLocation(c.o.Config.Layout.System.TimeZone)
	if err != nil {
		return fmt.Errorf("time zone of the system: %w", err)
	}
	s := &sheets{SheetConfig: *c.o.Config.Sheet, zone: zone, view: c.view, failed: func(err error) { c.log.Error("the sheet could not be written", "error", err) }}
	measure.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "flowcentre_sheet_last_success_timestamp_seconds", Help: "When the sheet for dark screens was last written, by the machine's clock. 0 before the first.",
	}, func() float64 { return float64(s.written.Load()) }))
	c.run("sheet", s.run)
	return nil
}

// run writes one at once and then as often as is asked, until the context ends. What cannot be
// written is told, and tried again in a minute.
func (s *sheets) run(ctx context.Context) error {
	look := time.NewTicker(time.Second)
	defer look.Stop()
	var next capacity.Instant
	for {
		if v := s.view(); v.At >= next {
			next = v.At.Add(s.Every)
			if err := s.write(v); err != nil {
				s.failed(err)
				next = v.At.Add(time.Minute)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
	}
}

// write puts the sheet of a view in the folder whole or not at all, and drops the oldest.
func (s *sheets) write(v *flow.View) error {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil { //nolint:gosec // people and printers read it
		return fmt.Errorf("sheet: %w", err)
	}
	var b strings.Builder
	if err := sheetPage.Execute(&b, sheetOf(v, s.zone)); err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	for _, name := range []string{v.At.Time().In(s.zone).Format(datedSheet), newestSheet} {
		file := filepath.Join(s.Dir, name)
		if err := os.WriteFile(file+".new", []byte(b.String()), 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("sheet: %w", err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	s.written.Store(time.Now().Unix())
	old, err := filepath.Glob(filepath.Join(s.Dir, "sheet-*.html"))
	if err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	slices.Sort(old)
	for _, file := range old[:max(len(old)-s.Keep, 0)] {
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("sheet: %w", err)
		}
	}
	return nil
}

//go:embed sheet.html
var sheetText string

var sheetPage = template.Must(template.New("sheet").Parse(sheetText))

// sheet is what the page says, in words.
type sheet struct {
	System, At, Day string
	Seq             uint64
	Levels          []sheetLevel
	Departments     []sheetRow
	Sites           []sheetSite
	Short           []string
	Alerts, Actions []string
	Silent          []string
}

type sheetLevel struct{ Name, Says string }

// sheetRow is a line of a table: what it is of, and a text for each column.
type sheetRow struct {
	Name  string
	Cells []string
	Doubt string
}

type sheetSite struct {
	Name  string
	Wards []sheetRow
}

var departmentColumns = []string{"ae_in_department", "ae_over_4h", "ae_over_12h", "ae_corridor", "ae_waiting_for_bed", "ae_next_dta_breach", "ambulances_waiting", "ambulance_longest_wait"}

func sheetOf(v *flow.View, zone *time.Location) *sheet {
	clock := func(at capacity.Instant) string { return at.Time().In(zone).Format("15:04") }
	s := &sheet{System: v.System.Name, At: clock(v.At), Day: v.At.Time().In(zone).Format("Monday 2 January 2006"), Seq: v.Seq}
	names := map[string]string{"system": v.System.Name}
	for _, site := range v.Sites {
		names["site/"+site.ID] = cmp.Or(site.Short, site.Name)
	}
	cell := func(scope, measure string) string { return printedFigure(v, scope, measure, clock) }
	for _, l := range v.Levels {
		if names[l.ID] == "" {
			continue
		}
		says := fmt.Sprintf("OPEL %d", l.Level)
		if l.Could > l.Level {
			says += fmt.Sprintf(", could be %d", l.Could)
		}
		if l.Declared != nil {
			says += fmt.Sprintf("; declared %d until %s", l.Declared.Level, clock(l.Declared.Until))
		}
		s.Levels = append(s.Levels, sheetLevel{names[l.ID], says})
	}
	for _, site := range v.Sites {
		scope := "site/" + site.ID
		if cells := cellsOf(departmentColumns, func(m string) string { return cell(scope, m) }); cells != nil {
			s.Departments = append(s.Departments, sheetRow{Name: names[scope], Cells: cells})
		}
		is := sheetSite{Name: site.Name}
		for _, u := range v.Units {
			if u.Site == site.ID && u.Kind.HasBeds() {
				is.Wards = append(is.Wards, wardRow(v, u, clock))
			}
		}
		if len(is.Wards) > 0 {
			s.Sites = append(s.Sites, is)
		}
		for _, class := range capacity.BedClasses() {
			for _, by := range []string{"next_hour", "4h", "8h"} {
				r := v.Reading(scope, string(class)+"_short_"+by)
				if r.Known && r.Value > 0 {
					s.Short = append(s.Short, fmt.Sprintf("%s: %.0f %s short by %s", names[scope], r.Value, strings.ReplaceAll(string(class), "_", " "), clock(r.At)))
				}
			}
		}
	}
	for _, a := range v.Alerts {
		if a.State != flow.AlertOver {
			s.Alerts = append(s.Alerts, fmt.Sprintf("%s, since %s: %s", a.Line, clock(a.Fired), cmp.Or(spaced(a.Owner), "no owner")))
		}
	}
	for _, a := range v.Actions {
		if a.Over == 0 {
			due := "due " + clock(a.Due)
			if a.Missed != 0 {
				due = "late since " + clock(a.Due)
			}
			s.Actions = append(s.Actions, fmt.Sprintf("%s, %s: %s, %s", a.Title, names[a.Scope], spaced(a.Owner), due))
		}
	}
	for _, f := range v.Feeds {
		if f.State == flow.FeedSilent || f.State == flow.FeedOutage {
			s.Silent = append(s.Silent, fmt.Sprintf("%s, last heard %s; ring %s", f.Name, clock(f.Last), cmp.Or(f.Owner, "its owner")))
		}
	}
	return s
}

func spaced(code string) string { return strings.ReplaceAll(code, "_", " ") }

// cellsOf are the texts of a row, nil where nothing of it is known.
func cellsOf(measures []string, text func(string) string) []string {
	cells, known := make([]string, len(measures)), false
	for i, m := range measures {
		cells[i] = text(m)
		known = known || cells[i] != unknownCell
	}
	if !known {
		return nil
	}
	return cells
}

const unknownCell = "—"

// printedFigure is a figure as it is printed: a number, a clock time, the length of the longest wait,
// or a dash where it is not known; with its age where an input is old.
func printedFigure(v *flow.View, scope, measure string, clock func(capacity.Instant) string) string {
	r := v.Reading(scope, measure)
	var text string
	switch m, _ := capacity.MeasureNamed(measure); {
	case r.None:
		return "none"
	case !r.Known:
		return unknownCell
	case measure == "ambulance_longest_wait":
		text = fmt.Sprintf("%d min", int(v.At.Sub(r.At).Minutes()))
	case m.Form == capacity.Earliest:
		text = clock(r.At)
	case r.Value != math.Trunc(r.Value):
		text = fmt.Sprintf("%.1f", r.Value)
	default:
		text = fmt.Sprintf("%.0f", r.Value)
	}
	if r.AsOf != 0 {
		text += " (of " + clock(r.AsOf) + ")"
	}
	return text
}

func wardRow(v *flow.View, u *flow.UnitView, clock func(capacity.Instant) string) sheetRow {
	scope, class := "unit/"+u.ID, string(u.Class)
	row := sheetRow{Name: u.Name}
	for _, m := range []string{class + "_open", class + "_occupied", class + "_available", "discharges_definite", "discharges_potential"} {
		row.Cells = append(row.Cells, printedFigure(v, scope, m, clock))
	}
	if !u.Known {
		row.Doubt = "nobody has told who is on it"
	}
	return row
}
