package streams

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"flowcentre/capacity"
)

// unsound refuses a list as a whole: who is not on it counts as gone, so half a list is
// worse than none.
func unsound(field, detail, next string) *Problem {
	p := problem(http.StatusUnprocessableEntity, "list", "List refused", detail, next)
	p.Field = field
	return p
}

var utf8Mark = []byte("\ufeff")

// readCSV reads the rows of a list with a header row, commas or semicolons between the
// cells. It refuses what may have been cut off.
func readCSV(of *sheet, raw []byte) ([]row, *Problem) {
	raw = bytes.TrimPrefix(raw, utf8Mark)
	first, _, whole := bytes.Cut(raw, []byte("\n"))
	if !whole {
		return nil, unsound("", "The list has no line after its header, and the header no line end: it seems cut off.", "Send the whole file, its last line with a line end.")
	}
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.FieldsPerRecord = -1
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		reader.Comma = ';'
	}
	header, err := reader.Read()
	if err != nil {
		return nil, unsound("header", "The header row cannot be read.", "Begin with one line of column names.")
	}
	columns, p := readHeader(of, header)
	if p != nil {
		return nil, p
	}
	var rows []row
	for {
		from := reader.InputOffset()
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			if n := len(rows); n > 0 {
				rows[n-1].open = !bytes.HasSuffix(raw, []byte("\n"))
			}
			return rows, nil
		}
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad):
			if bytes.Count(raw[from:reader.InputOffset()], []byte(`"`))%2 != 0 {
				return nil, unsound("", fmt.Sprintf("A quotation mark opened in line %d is never closed: the list seems cut off.", bad.StartLine), "Send the whole file; write a quotation mark within a cell twice.")
			}
			rows = append(rows, row{line: bad.StartLine, fault: &RowFault{Reason: "has a quotation mark out of place", Next: "Put the whole cell in quotation marks, and those within it twice."}})
		case err != nil:
			return nil, unsound("", "The list cannot be read.", "Send it as CSV.")
		case !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }): // an empty line, as spreadsheets leave
		default:
			line, _ := reader.FieldPos(0)
			rows = append(rows, readRow(of, line, cells, columns))
		}
	}
}

// readHeader finds the column of each cell.
func readHeader(of *sheet, header []string) (columns []int, p *Problem) {
	const next = "Name the columns " // and nothing of a cell, which may be a patient's where the header row is missing
	var names []string
	for _, c := range of.columns {
		names = append(names, c.name)
	}
	all := next + strings.Join(names, ", ") + "; leave out all others, names of people above all."
	for i, name := range header {
		column, ok := of.find(name)
		switch {
		case !utf8.ValidString(name):
			return nil, unsound("header", fmt.Sprintf("The name of column %d is not UTF-8.", i+1), "Save the file as CSV UTF-8.")
		case !ok:
			detail := fmt.Sprintf("Column %d has a name that no column of %s has.", i+1, of.name)
			if near := capacity.Nearest(strings.ToLower(strings.TrimSpace(name)), names); near != "" {
				detail += " Did you mean " + near + "?"
			}
			return nil, unsound("header", detail, all)
		case slices.Contains(columns, column):
			return nil, unsound("header", fmt.Sprintf("Column %d is %s a second time.", i+1, of.columns[column].name), "Keep one of the two.")
		}
		columns = append(columns, column)
	}
	if !of.sound(func(column int) bool { return slices.Contains(columns, column) }) {
		return nil, unsound("header", "The header lacks "+of.lacking+".", all)
	}
	return columns, nil
}

func readRow(of *sheet, line int, cells []string, columns []int) row {
	r := row{line: line, cells: make([]string, len(of.columns))}
	if len(cells) != len(columns) {
		r.fault = &RowFault{Reason: fmt.Sprintf("has %d cells, and the header %d", len(cells), len(columns)), Next: "Give each row as many cells as the header; put a cell with the separator in it in quotation marks."}
		return r
	}
	for i, c := range columns {
		r.cells[c] = cells[i]
	}
	return r
}

// cutOff refuses a list whose last row is at fault and has no line end.
func cutOff(rows []row, faults []RowFault) *Problem {
	if len(faults) == 0 || !rows[len(rows)-1].open || faults[len(faults)-1].Line != rows[len(rows)-1].line {
		return nil
	}
	return unsound("", fmt.Sprintf("The last line, %d, is not whole and has no line end: the list seems cut off.", rows[len(rows)-1].line), "Send the whole file, its last line with a line end.")
}

// readEntries reads the rows of a list that is a JSON array of objects.
func readEntries(of *sheet, raw []byte) ([]row, *Problem) {
	raw = bytes.TrimPrefix(raw, utf8Mark)
	if err := wellFormed(raw); err != nil {
		return nil, ProblemOf(err)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || parts == nil {
		return nil, ProblemOf(malformed("the body is not a JSON array of objects"))
	}
	rows := make([]row, len(parts))
	for i, part := range parts {
		rows[i] = readEntry(of, i+1, part)
	}
	return rows, nil
}

func readEntry(of *sheet, number int, part json.RawMessage) row {
	r := row{line: number, cells: make([]string, len(of.columns))}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(part, &members); err != nil || members == nil {
		r.fault = &RowFault{Reason: "is not a JSON object", Next: "Send one object for " + of.entry + "."}
		return r
	}
	filled := map[int]bool{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		raw := members[name]
		column, ok := of.find(name)
		switch {
		case !ok:
			r.fault = &RowFault{Reason: "has a field that no column of " + of.name + " has", Next: "Leave it out, names of people above all."}
			return r
		case filled[column]:
			r.fault = &RowFault{Column: of.columns[column].name, Reason: "is there twice, by two names", Next: "Keep one of the two."}
			return r
		}
		filled[column] = true
		var text string
		switch {
		case json.Unmarshal(raw, &text) == nil: // null leaves it empty
		case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
			text = string(raw)
		default:
			r.fault = &RowFault{Column: of.columns[column].name, Reason: "is neither a text nor a number", Next: "Send a text."}
			return r
		}
		r.cells[column] = text
	}
	return r
}
