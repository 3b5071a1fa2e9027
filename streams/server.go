package streams

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// MaxPayload is the most bytes of one message, whoever sends it: a list of MaxListed
// patients with every column filled.
const MaxPayload = 256 << 10

// The centre's own inboxes and those of producers never overlap, so that a producer can
// not listen to what the log delivers to the centre.
const (
	ownInbox      = "_CENTRE"
	producerInbox = "_INBOX"
)

// spare is the room beyond the log's limit that atomic batches are staged in.
const spare = 256 << 20

// ServerOptions says how to run the embedded server.
type ServerOptions struct {
	Dir      string // folder of the log's files
	Listen   string // address for NATS producers, such as 127.0.0.1:4222; port 0 takes any; empty for none
	MaxBytes int64  // limit of the log; see LogOptions
	Feeds    []Feed // who may publish; without any secret, anybody on this machine
	Logger   *slog.Logger
}

// Server is a NATS server inside the process, with JetStream on local files, every
// write synced before it is acknowledged.
type Server struct {
	nats     *server.Server
	password string
	logger   *serverLogger
	dir      string
}

// StartServer starts the server and waits until it is ready. It listens beyond the
// machine itself only where every producer has a secret.
func StartServer(o ServerOptions) (*Server, error) {
	feeds, err := newFeeds(o.Feeds)
	if err != nil {
		return nil, fmt.Errorf("start NATS server: %w", err)
	}
	password := rand.Text()
	opts := &server.Options{
		ServerName:        "flowcentre",
		JetStream:         true,
		StoreDir:          o.Dir,
		JetStreamMaxStore: o.MaxBytes + spare,
		SyncAlways:        true,
		NoSigs:            true,
		MaxPayload:        MaxPayload,
		Users:             users(feeds, password),
		NoAuthUser:        anonymous(feeds),
		MaxConn:           1024,
		MaxSubs:           4096,
		WriteDeadline:     10 * time.Second,
	}
	if err := listen(opts, o.Listen, feeds); err != nil {
		return nil, fmt.Errorf("start NATS server: %w", err)
	}
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("start NATS server: %w", err)
	}
	s := &Server{nats: ns, password: password, logger: &serverLogger{log: cmp.Or(o.Logger, slog.Default())}, dir: o.Dir}
	ns.SetLogger(s.logger, false, false)
	go ns.Start()
	if err := s.ready(30 * time.Second); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start NATS server: %w", err)
	}
	return s, nil
}

func listen(opts *server.Options, address string, feeds *feeds) error {
	if address == "" {
		opts.DontListen = true
		return nil
	}
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("listen on %q: %w", address, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("listen on %q: the port is not a number", address)
	}
	if !feeds.secret() && !loopback(host) {
		return fmt.Errorf("listen on %q: %w", address, errNotLoopback)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	opts.Host, opts.Port = host, port
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

const (
	ownUser       = "centre"
	anonymousUser = "anonymous producer"
)

func anonymous(f *feeds) string {
	if f.secret() {
		return ""
	}
	return anonymousUser
}

// users gives the centre's own connection everything, and a producer its own subjects
// and inbox.
func users(f *feeds, password string) []*server.User {
	all := []*server.User{{Username: ownUser, Password: password}}
	if !f.secret() {
		return append(all, producer(anonymousUser, rand.Text(), "events.>", producerInbox+".>"))
	}
	for _, id := range f.ids() {
		if secret := f.byID[id].Secret; secret != "" {
			all = append(all, producer(id, secret, "events."+id+".>", inboxOf(id)+">"))
		}
	}
	return all
}

func producer(name, password, publish, subscribe string) *server.User {
	return &server.User{Username: name, Password: password, Permissions: &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{publish}},
		Subscribe: &server.SubjectPermission{Allow: []string{subscribe}},
	}}
}

// inboxOf begins every subject that a feed with a secret may receive on.
func inboxOf(feed string) string { return producerInbox + "_" + feed + "." }

func (s *Server) ready(within time.Duration) error {
	for end := time.Now().Add(within); ; {
		if err := s.logger.fatal(); err != nil {
			return err
		}
		if s.nats.ReadyForConnections(50 * time.Millisecond) {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("not ready within %s", within)
		}
	}
}

// Stop ends the server and waits until its files are closed. A stopped server does not
// start again.
func (s *Server) Stop() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

// Address is where producers reach the server, and empty without a listener.
func (s *Server) Address() string {
	if a, ok := s.nats.Addr().(*net.TCPAddr); ok {
		return a.String()
	}
	return ""
}

// Health is nil while the server can write. A write that failed once stays an error
// until the server is started again, also when the disk has room again.
func (s *Server) Health() error {
	if err := s.logger.fatal(); err != nil {
		return fmt.Errorf("NATS server: %w", err)
	}
	if !s.nats.Running() {
		return errors.New("NATS server: stopped")
	}
	if config := s.nats.JetStreamConfig(); config == nil || !config.SyncAlways {
		return errors.New("NATS server: writes are not synced to disk")
	}
	if h := s.nats.Healthz(&server.HealthzOptions{}); h.Status != "ok" {
		return fmt.Errorf("NATS server: %s; free disk space if %s is full, then start the centre again", h.Error, s.dir)
	}
	return nil
}

// dial opens a connection of the centre's own, over loopback where asked and possible.
func (s *Server) dial(overLoopback bool, options ...nats.Option) (*nats.Conn, error) {
	options = append(options, nats.UserInfo(ownUser, s.password))
	if address := s.Address(); overLoopback && address != "" {
		host, port, _ := net.SplitHostPort(address)
		if ip := net.ParseIP(host); ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		return nats.Connect("nats://"+net.JoinHostPort(host, port), options...)
	}
	return nats.Connect("", append(options, nats.InProcessServer(s.nats))...)
}

// serverLogger hands the server's log on. Its Fatalf does not end the process, as the
// server's own would: the error stays and fails Health.
type serverLogger struct {
	log *slog.Logger

	mu  sync.Mutex
	err error
}

func (l *serverLogger) fatal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *serverLogger) Fatalf(format string, v ...any) {
	err := fmt.Errorf(format, v...)
	l.mu.Lock()
	l.err = errors.Join(l.err, err)
	l.mu.Unlock()
	l.log.Error("NATS server", "error", err)
}

func (l *serverLogger) Errorf(format string, v ...any) {
	l.log.Error("NATS server", "error", fmt.Sprintf(format, v...))
}

func (l *serverLogger) Warnf(format string, v ...any) {
	warning := fmt.Sprintf(format, v...)
	if strings.HasPrefix(warning, "Plaintext passwords") {
		return // they are made anew at each start, or read from files, and kept in memory only
	}
	l.log.Warn("NATS server", "warning", warning)
}

func (l *serverLogger) Noticef(format string, v ...any) {
	l.log.Debug("NATS server", "notice", fmt.Sprintf(format, v...))
}
func (l *serverLogger) Debugf(string, ...any) {}
func (l *serverLogger) Tracef(string, ...any) {}
