package county

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// sender takes one message to the centre. It gives nil when the centre has it for good, a
// refusal when sending again is of no use, and any other error when it may be.
type sender interface {
	send(ctx context.Context, m Message) error
	close()
}

// sender is the way to the centre of a feed.
func (t *Targets) sender(f *feed) (sender, error) {
	switch f.protocol {
	case MLLP:
		if addr := t.MLLP[f.id]; addr != "" {
			return &mllpSender{addr: addr}, nil
		}
	case HTTP:
		if t.HTTP != "" {
			return newHTTPSender(t.HTTP, "/api/v1/events"), nil
		}
	case Desk:
		if t.HTTP != "" {
			s := newHTTPSender(t.HTTP, "/api/v1/decisions")
			s.decides = true
			return s, nil
		}
	case NATS:
		if t.NATS != "" {
			return &natsSender{url: t.NATS, name: f.id}, nil
		}
	}
	return nil, fmt.Errorf("no target for feed %s over %s", f.id, f.protocol)
}

// mllpSender sends HL7 framed by MLLP, one message at a time.
type mllpSender struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
}

func (s *mllpSender) send(ctx context.Context, m Message) error {
	code, text, err := s.exchange(ctx, m)
	if err != nil {
		s.close()
		return err
	}
	switch code {
	case "AA", "CA":
		return nil
	case "AE", "CE":
		return refused("%s %s", code, text)
	}
	return fmt.Errorf("answered %s %s", code, text)
}

// exchange sends a message and reads MSA-1 and the reason of the answer.
func (s *mllpSender) exchange(ctx context.Context, m Message) (code, text string, err error) {
	if s.conn == nil {
		var d net.Dialer
		if s.conn, err = d.DialContext(ctx, "tcp", s.addr); err != nil {
			s.conn = nil
			return "", "", err
		}
		s.in = bufio.NewReader(s.conn)
	}
	deadline, _ := ctx.Deadline()
	if err := s.conn.SetDeadline(deadline); err != nil {
		return "", "", err
	}
	defer context.AfterFunc(ctx, func() { s.conn.SetDeadline(time.Unix(1, 0)) })()
	if _, err := s.conn.Write(append(append([]byte{0x0b}, m.Body...), 0x1c, '\r')); err != nil {
		return "", "", err
	}
	answer, err := s.in.ReadBytes(0x1c)
	if err != nil {
		return "", "", fmt.Errorf("await acknowledgment: %w", err)
	}
	if _, err := s.in.Discard(1); err != nil {
		return "", "", fmt.Errorf("await acknowledgment: %w", err)
	}
	for segment := range bytes.SplitSeq(bytes.Trim(answer, "\x0b\x1c"), []byte("\r")) {
		f := strings.Split(string(segment), "|")
		if f[0] == "MSA" && len(f) > 2 && f[2] == m.ID {
			code = f[1]
		}
		if f[0] == "ERR" {
			text = string(segment)
		}
	}
	if code == "" {
		return "", "", fmt.Errorf("the answer does not acknowledge message %s", m.ID)
	}
	return code, text, nil
}

func (s *mllpSender) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

// httpSender posts structured CloudEvents, or decisions in the same form.
type httpSender struct {
	url     string
	client  *http.Client
	decides bool // what it sends may be taken and have no effect
}

func newHTTPSender(base, path string) *httpSender {
	return &httpSender{url: strings.TrimSuffix(base, "/") + path, client: &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}}
}

func (s *httpSender) send(ctx context.Context, m Message) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(m.Body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode == http.StatusConflict && s.decides {
		return &refusal{reason: string(answer), declined: true}
	}
	return answered(response.StatusCode, string(answer))
}

// answered says what a status of HTTP means for the sender.
func answered(status int, text string) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status < 400 || status >= 500:
		return fmt.Errorf("answered %d: %s", status, text)
	}
	return refused("%d: %s", status, text)
}

func (s *httpSender) close() { s.client.CloseIdleConnections() }

// natsSender publishes structured CloudEvents and waits for the acknowledgment that a
// JetStream publish gets.
type natsSender struct {
	url, name string
	conn      *nats.Conn
}

func (s *natsSender) send(ctx context.Context, m Message) error {
	if s.conn == nil {
		conn, err := nats.Connect(s.url, nats.Name("county "+s.name), nats.MaxReconnects(-1), nats.ReconnectWait(200*time.Millisecond))
		if err != nil {
			return err
		}
		s.conn = conn
	}
	answer, err := s.conn.RequestMsgWithContext(ctx, &nats.Msg{
		Subject: m.Subject, Data: m.Body,
		Header: nats.Header{"content-type": []string{"application/cloudevents+json"}},
	})
	if err != nil {
		return err
	}
	var ack struct {
		Error *struct {
			Code        int
			Description string
		}
		Seq uint64
	}
	if err := json.Unmarshal(answer.Data, &ack); err != nil {
		return fmt.Errorf("read the acknowledgment: %w", err)
	}
	if ack.Error != nil {
		return answered(ack.Error.Code, ack.Error.Description)
	}
	return nil
}

func (s *natsSender) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}
