package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"flowcentre/capacity"
	"flowcentre/streams"
	"flowcentre/streams/hl7"
	"flowcentre/streams/mllp"
)

const publishUsage = `flowcentre publish: send a file to a running centre

  flowcentre publish FILE… --to URL [--feed ID] [--token-file FILE] [--from N]
  flowcentre publish LIST --to URL --feed ID --place PLACE [--list discharge] [--as-at TIME]
  flowcentre publish FILE.csv --to URL --feed ID --list places

A file holds HL7 v2 messages, singly or in batches, or CloudEvents, one JSON object a
line; - is standard input. With --place it holds everyone in that A&E department, as CSV
or JSON, and replaces what the centre knows of it; --as-at says when it was taken. With
--list discharge it is the discharge list of a ward, or of a site: --place site/wrh.
With --list places it is a CSV of what providers have free, a sort of places a row.

URL is http://HOST:PORT, or mllp://HOST:PORT for HL7. What is refused is told with its
reason. Sending a file twice does no harm: what the centre has already is counted as a
duplicate. --from N goes on at the Nth message.

  flowcentre publish acute-run.hl7 --to mllp://127.0.0.1:2575
  flowcentre publish acute-run.hl7 --to http://127.0.0.1:8080 --feed wrh-pas
  flowcentre publish beds.ndjson --to http://127.0.0.1:8080
  flowcentre publish ed.csv --to http://127.0.0.1:8080 --feed wrh-ed --place wrh-ae
  flowcentre publish nctr.csv --to http://127.0.0.1:8080 --feed wrh-discharge --list discharge --place site/wrh
`

// publishBatch is how many messages share one request.
const publishBatch = 100

// publishCommand is flowcentre publish.
func publishCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := newFlags("publish", publishUsage, stderr)
	to := flags.String("to", "", "address of the centre")
	feed := flags.String("feed", "", "feed of HL7 or a list sent over HTTP")
	place := flags.String("place", "", "A&E department, ward or site that the list is of")
	kind := flags.String("list", "ae", "what the list is: ae or discharge")
	asAt := flags.String("as-at", "", "when the list was taken; now without it")
	tokenFile := flags.String("token-file", "", "file with the feed's token")
	from := flags.Int("from", 1, "number of the first message to send")
	var files []string
	for rest := args; ; {
		if code, ok := parse(flags, rest); !ok {
			return code
		}
		if flags.NArg() == 0 {
			break
		}
		files, rest = append(files, flags.Arg(0)), flags.Args()[1:]
	}
	if len(files) == 0 || *to == "" || *from < 1 || *place == "" && *asAt != "" || *place != "" && len(files) > 1 || *kind != "ae" && *kind != "discharge" && *kind != "places" || *kind == "discharge" && *place == "" || *kind == "places" && (*place != "" || len(files) > 1) {
		fmt.Fprint(stderr, publishUsage)
		return 2
	}
	for _, file := range files {
		if info, err := os.Stat(file); file != "-" && err != nil {
			return failed(stderr, err)
		} else if file != "-" && info.IsDir() {
			return failed(stderr, fmt.Errorf("%s is a folder; name the files in it", file))
		}
	}
	p := &publication{out: stderr, feed: *feed, kind: *kind, place: *place, asAt: *asAt, skip: *from - 1, reasons: map[string]int{}, began: time.Now()}
	if err := p.aim(ctx, *to, *tokenFile); err != nil {
		return failed(stderr, err)
	}
	defer p.close()
	var err error
	for _, file := range files {
		if err = p.file(ctx, file); err != nil {
			break
		}
	}
	p.summary(stdout)
	if (p.place != "" || p.kind == "places") && err != nil {
		return failed(stderr, err)
	}
	if err != nil {
		fmt.Fprintf(stderr, "flowcentre: %v\nGo on with --from %d: what was sent already does no harm.\n", err, p.read-len(p.waiting)+1)
		return 1
	}
	if p.refused > 0 {
		return 1
	}
	return 0
}

// publication is one run of publish.
type publication struct {
	out   io.Writer
	feed  string
	kind  string // of a list
	place string // and what it is of
	asAt  string
	skip  int
	base  string // of HTTP
	token string
	mllp  *mllp.Client
	addr  string // of MLLP

	waiting [][]byte
	events  bool // what waits is CloudEvents

	read, logged, duplicates, ignored, refused, silent int

	reasons map[string]int
	began   time.Time
	told    time.Time
}

func (p *publication) aim(ctx context.Context, to, tokenFile string) error {
	if tokenFile != "" {
		token, err := os.ReadFile(tokenFile)
		if err != nil {
			return fmt.Errorf("token: %w", err)
		}
		p.token = strings.TrimSpace(string(token))
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" {
		return fmt.Errorf("--to %q is no address such as http://127.0.0.1:8080 or mllp://127.0.0.1:2575", to)
	}
	switch u.Scheme {
	case "http", "https":
		p.base = u.Scheme + "://" + u.Host
		return nil
	case "mllp":
		p.addr = u.Host
		p.mllp, err = mllp.Dial(ctx, p.addr)
		return err
	}
	return fmt.Errorf("--to %q: only http, https and mllp are spoken", to)
}

func (p *publication) close() {
	if p.mllp != nil {
		p.mllp.Close()
	}
}

func (p *publication) file(ctx context.Context, name string) error {
	switch {
	case p.place != "" || p.kind == "places":
		if err := p.list(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	case strings.EqualFold(filepath.Ext(name), ".csv"):
		return fmt.Errorf("%s: say with --place which A&E department the list is of, or with --list discharge which ward or site", name)
	}
	in := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	buffered := bufio.NewReaderSize(in, 1<<20)
	start, err := buffered.Peek(64)
	if len(start) == 0 && errors.Is(err, io.EOF) {
		fmt.Fprintf(p.out, "%s is empty\n", name)
		return nil
	}
	if p.events = bytes.HasPrefix(bytes.TrimLeft(start, "\ufeff \t\r\n"), []byte("{")); p.events {
		err = p.lines(ctx, buffered)
	} else {
		err = p.messages(ctx, buffered)
	}
	if err == nil {
		err = p.flush(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (p *publication) lines(ctx context.Context, in io.Reader) error {
	if p.mllp != nil {
		return errors.New("MLLP takes HL7, and this holds CloudEvents; use --to http://…")
	}
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, streams.MaxBody)
	for number := 1; scan.Scan(); number++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(scan.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		if !json.Valid(line) { // joined with others it could pass for what it is not
			if err := p.refuseUnsent(ctx, fmt.Sprintf("Not readable: line %d is not one whole JSON value", number)); err != nil {
				return err
			}
			continue
		}
		if err := p.add(ctx, bytes.Clone(line)); err != nil {
			return err
		}
	}
	if errors.Is(scan.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("a line is longer than %d bytes, the most that one request may have", streams.MaxBody)
	}
	return scan.Err()
}

func (p *publication) messages(ctx context.Context, in io.Reader) error {
	whole, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	for message := range hl7.Split(whole) {
		if p.mllp != nil && bytes.ContainsAny(message, "\x0b\x1c") {
			err = p.refuseUnsent(ctx, "Not sent: it holds a framing byte of MLLP (0x0B or 0x1C)")
		} else {
			err = p.add(ctx, message)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refuseUnsent counts a message that cannot be sent at all, once those before it are
// settled.
func (p *publication) refuseUnsent(ctx context.Context, reason string) error {
	if err := p.flush(ctx); err != nil {
		return err
	}
	if p.read++; p.read > p.skip {
		p.refuse(p.read, reason)
	}
	return nil
}

func (p *publication) add(ctx context.Context, message []byte) error {
	p.read++
	if p.read <= p.skip {
		return nil
	}
	p.waiting = append(p.waiting, message)
	if p.mllp != nil || len(p.waiting) >= publishBatch {
		return p.flush(ctx)
	}
	return nil
}

// flush sends what waits. It is sent again for as long as the centre asks for patience.
func (p *publication) flush(ctx context.Context) error {
	for len(p.waiting) > 0 {
		var again time.Duration
		var err error
		switch {
		case p.mllp != nil:
			err = p.sendMLLP(ctx)
		default:
			again, err = p.post(ctx)
		}
		if err != nil {
			return err
		}
		if again > 0 {
			fmt.Fprintf(p.out, "the centre cannot take more now; trying again in %s\n", again)
			select {
			case <-time.After(again):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	if p.read > p.skip && time.Since(p.told) > time.Second {
		p.told = time.Now()
		fmt.Fprintf(p.out, "%d sent, %.0f a second\n", p.read-p.skip, float64(p.read-p.skip)/time.Since(p.began).Seconds())
	}
	return nil
}

// sendMLLP sends the first that waits. One that asks for no answer when all is well is
// given a second for a bad one; the connection is then made anew, lest the next message
// take a late answer for its own.
func (p *publication) sendMLLP(ctx context.Context) error {
	wait := 30 * time.Second
	quiet := hl7.Acknowledge(p.waiting[0], nil, "", "", capacity.At(time.Now())) == nil
	if quiet {
		wait = time.Second
	}
	sending, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ack, err := p.mllp.Send(sending, p.waiting[0])
	if quiet && errors.Is(err, context.DeadlineExceeded) {
		p.silent++
		p.waiting = p.waiting[1:]
		p.mllp.Close()
		p.mllp, err = mllp.Dial(ctx, p.addr)
		return err
	}
	if err != nil {
		return err
	}
	answer, ok := hl7.ReadAnswer(ack)
	switch {
	case !ok:
		return errors.New("the answer is no acknowledgment; is this an HL7 listener?")
	case answer.Taken():
		p.logged++
	default:
		p.refuse(p.read, answer.Code+" "+answer.Text)
	}
	p.waiting = p.waiting[1:]
	return nil
}

// post sends what waits in one request, and tells how long to wait before the next.
func (p *publication) post(ctx context.Context) (time.Duration, error) {
	address, media, body := p.base+"/api/v1/hl7", "application/hl7-v2", bytes.Join(p.waiting, []byte("\n"))
	if p.feed != "" {
		address += "?feed=" + url.QueryEscape(p.feed)
	}
	if p.events {
		address, media = p.base+"/api/v1/events", "application/cloudevents-batch+json"
		body = slices.Concat([]byte("["), bytes.Join(p.waiting, []byte(",")), []byte("]"))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
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
	var answer streams.Problem
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("answer %s is not a flow centre's: %w", resp.Status, err)
	}
	wait := time.Second // where some were taken and others could not be, no time is told
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		wait = time.Duration(seconds) * time.Second
		if len(answer.Results) == 0 {
			return wait, nil
		}
	}
	if len(answer.Results) == 0 {
		return 0, p.alone(ctx, answer)
	}
	if err := p.take(answer.Results); err != nil || len(p.waiting) == 0 {
		return 0, err
	}
	return wait, nil
}

// alone deals with an answer to a whole request. One unreadable message among a hundred
// is found by sending them one by one.
func (p *publication) alone(ctx context.Context, answer streams.Problem) error {
	unreadable := answer.Status == http.StatusBadRequest || answer.Status == http.StatusRequestEntityTooLarge
	switch {
	case strings.HasSuffix(answer.Type, ":no-feed"):
		return fmt.Errorf("%s: say with --feed which of the centre's feeds this is", answer.Title)
	case !unreadable:
		return fmt.Errorf("%s: %s %s", answer.Title, answer.Detail, answer.Next)
	case len(p.waiting) == 1:
		p.refuse(p.read, answer.Title+": "+answer.Detail)
		p.waiting = nil
		return nil
	}
	all, last := p.waiting, p.read
	for i, message := range all {
		p.waiting, p.read = [][]byte{message}, last-len(all)+i+1
		if err := p.flush(ctx); err != nil {
			p.waiting = append(p.waiting, all[i+1:]...)
			p.read = last
			return err
		}
	}
	return nil
}

// take counts what became of each message; what the centre could not take yet stays
// waiting.
func (p *publication) take(results []streams.Answer) error {
	if len(results) != len(p.waiting) {
		return fmt.Errorf("%d messages were sent and %d answered", len(p.waiting), len(results))
	}
	var again [][]byte
	first := p.read - len(p.waiting) + 1
	for i, r := range results {
		switch {
		case r.Error != nil && r.Error.Status >= 500 || r.Error != nil && r.Error.Status == http.StatusTooManyRequests:
			again = append(again, p.waiting[i])
		case r.Error != nil:
			p.refuse(first+i, r.Error.Title+": "+r.Error.Detail)
		case r.Ignored != "":
			p.ignored++
		case r.Duplicate:
			p.duplicates++
		default:
			p.logged++
		}
	}
	p.waiting = again
	return nil
}

// refuse counts a refusal and tells the first few one by one.
func (p *publication) refuse(number int, reason string) {
	p.refused++
	p.reasons[reason]++
	if p.refused <= 20 {
		fmt.Fprintf(p.out, "message %d refused: %s\n", number, reason)
	}
}

func (p *publication) summary(out io.Writer) {
	taken := "logged"
	if p.mllp != nil {
		taken = "accepted"
	}
	fmt.Fprintf(out, "%d read, %d %s, %d duplicates, %d without effect here, %d refused\n", p.read, p.logged, taken, p.duplicates, p.ignored, p.refused)
	if p.silent > 0 {
		fmt.Fprintf(out, "%d asked for no answer, and got none\n", p.silent)
	}
	for _, reason := range slices.Sorted(maps.Keys(p.reasons)) {
		fmt.Fprintf(out, "  %5d  %s\n", p.reasons[reason], reason)
	}
}
