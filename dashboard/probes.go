package dashboard

import (
	"errors"
	"io"
	"net/http"
)

// live tells whether the process should go on running.
func (d *Dashboard) live(w http.ResponseWriter, _ *http.Request) {
	var err error
	if d.o.Live != nil {
		err = d.o.Live()
	}
	report(w, err)
}

// ready tells whether requests should be sent here.
func (d *Dashboard) ready(w http.ResponseWriter, _ *http.Request) {
	report(w, d.whyNotReady())
}

func (d *Dashboard) whyNotReady() error {
	if d.sockets.dismissed() {
		return errors.New("shutting down")
	}
	if v, _ := d.o.Board.Latest(); v == nil {
		return errors.New("no view is published yet")
	}
	if d.o.Ready != nil {
		return d.o.Ready()
	}
	return nil
}

func report(w http.ResponseWriter, err error) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err != nil {
		refuse(w, Problem{Kind: "unavailable", Title: "Not available", Status: http.StatusServiceUnavailable, Detail: err.Error()})
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "ok\n")
}
