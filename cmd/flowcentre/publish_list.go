package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"flowcentre/streams"
)

// list sends a file that holds everyone in an A&E department or on a discharge list. It is
// one request, since it replaces what the centre knows of it.
func (p *publication) list(ctx context.Context, name string) error {
	if p.mllp != nil {
		return errors.New("MLLP takes HL7, and this is a list; use --to http://…")
	}
	content, err := readAll(name)
	if err != nil {
		return err
	}
	media := "text/csv"
	if bytes.HasPrefix(bytes.TrimLeft(content, "\ufeff \t\r\n"), []byte("[")) {
		media = "application/json"
	}
	query := url.Values{"source": {p.feed}}
	if p.place != "" {
		query.Set("place", p.place)
	}
	if p.asAt != "" {
		query.Set("as_at", p.asAt)
	}
	for {
		again, err := p.postList(ctx, p.base+"/api/v1/lists/"+p.kind+"?"+query.Encode(), media, content)
		if err != nil || again == 0 {
			return err
		}
		fmt.Fprintf(p.out, "the centre cannot take more now; trying again in %s\n", again)
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

// postList sends the list once, and tells how long to wait before sending it again.
func (p *publication) postList(ctx context.Context, address, media string, content []byte) (again time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", media)
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		return time.Duration(seconds) * time.Second, nil
	}
	if resp.StatusCode != http.StatusAccepted {
		var problem streams.Problem
		if err := json.Unmarshal(answer, &problem); err != nil {
			return 0, fmt.Errorf("answer %s is not a flow centre's: %w", resp.Status, err)
		}
		p.rows(problem.Refused)
		return 0, fmt.Errorf("%s: %s %s", problem.Title, problem.Detail, problem.Next)
	}
	if p.kind == "places" {
		return 0, p.places(answer)
	}
	var taken streams.ListAnswer
	if err := json.Unmarshal(answer, &taken); err != nil {
		return 0, fmt.Errorf("answer %s is not a flow centre's: %w", resp.Status, err)
	}
	p.read += taken.Rows
	if taken.Duplicate {
		p.duplicates += taken.Taken
	} else {
		p.logged += taken.Taken
	}
	p.rows(taken.Refused)
	return 0, nil
}

// places counts what became of a list of places, and tells of what changes nothing.
func (p *publication) places(answer []byte) error {
	var taken streams.PlacesListAnswer
	if err := json.Unmarshal(answer, &taken); err != nil {
		return fmt.Errorf("the answer is not a flow centre's: %w", err)
	}
	p.read += taken.Rows
	for _, t := range taken.Results {
		switch n := len(t.Lines); {
		case t.Error != nil:
			p.refused += n
			p.reasons[t.Error.Detail] += n
			fmt.Fprintf(p.out, "%s, lines %v: %s %s\n", t.Unit, t.Lines, t.Error.Detail, t.Error.Next)
		case t.Duplicate:
			p.duplicates += n
		default:
			p.logged += n
		}
		if t.Note != "" {
			fmt.Fprintf(p.out, "%s, lines %v: %s\n", t.Unit, t.Lines, t.Note)
		}
	}
	p.rows(taken.Refused)
	return nil
}

// rows counts the rows that are at fault and tells the first few one by one.
func (p *publication) rows(refused []streams.RowFault) {
	for _, f := range refused {
		reason := f.Reason
		if f.Column != "" {
			reason = f.Column + " " + reason
		}
		p.refused++
		p.reasons[reason]++
		if p.refused <= 20 {
			fmt.Fprintf(p.out, "line %d refused: %s. %s\n", f.Line, reason, f.Next)
		}
	}
}
