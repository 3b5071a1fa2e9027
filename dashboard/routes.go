package dashboard

import (
	"net/http"
	"strings"
)

// route is one address that is served, by GET and HEAD only.
type route struct {
	path  string
	serve http.HandlerFunc
}

// routes are all the addresses with a meaning of their own; besides them the front
// end's files are served by their names.
func (d *Dashboard) routes() []route {
	return []route{
		{"/{$}", d.page},
		{"/sites/{site}", d.page},
		{"/units/{unit}", d.page},
		{"/feeds", d.page},
		{"/community", d.page},
		{"/referrals", d.page},
		{"/why/{measure}", d.page},
		{"/outcomes", d.page},
		{"/places/{token}", d.page},
		{"/oncall/{alert}", d.page},
		{"/actions", d.page},
		{"/meetings", d.page},
		{"/meetings/{meeting}", d.page},

		{"/api/v1/state", d.state},
		{"/api/v1/feeds", d.list("feeds")},
		{"/api/v1/held", d.list("held")},
		{"/api/v1/contradictions", d.list("contradictions")},
		{"/api/v1/measures", d.measures},
		{"/api/v1/measures/{name}/why", d.why},
		{"/api/v1/history", d.history},
		{"/api/v1/outcomes", d.outcomes},
		{"/api/v1/cuts", d.cuts},
		{"/api/v1/cuts/{day}", d.cut},
		{"/api/v1/attendances", d.list("attendances")},
		{"/api/v1/ambulances", d.list("ambulances")},
		{"/api/v1/requests", d.list("requests")},
		{"/api/v1/discharges", d.list("discharges")},
		{"/api/v1/decisions", d.list("decisions")},
		{"/api/v1/referrals", d.list("referrals")},
		{"/api/v1/referrals/{id}/offers", d.offers},
		{"/api/v1/calls", d.list("calls")},
		{"/api/v1/transfers", d.list("transfers")},
		{"/api/v1/statuses", d.list("statuses")},
		{"/api/v1/agreements", d.list("agreements")},
		{"/api/v1/escalation", d.list("levels")},
		{"/api/v1/alerts", d.alerts},
		{"/api/v1/actions", d.list("actions")},
		{"/api/v1/meetings", d.list("meetings")},
		{"/api/v1/units/{id}", d.unit},
		{"/api/v1/sites/{id}", d.site},
		{"/api/v1/stream", d.stream},
	}
}

// probes are asked by the machines that keep the process running, under whatever name
// they know it by.
func (d *Dashboard) probes() []route {
	return []route{
		{"/livez", d.live},
		{"/readyz", d.ready},
	}
}

func (d *Dashboard) mux() http.Handler {
	mux, guarded := http.NewServeMux(), http.NewServeMux()
	for _, r := range d.routes() {
		guarded.HandleFunc(r.path, onlyGet(r.serve))
	}
	guarded.HandleFunc("/", onlyGet(d.file))
	for _, r := range d.probes() {
		mux.HandleFunc(r.path, onlyGet(r.serve))
	}
	mux.Handle("/", d.Guard(guarded))
	return mux
}

func onlyGet(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, Problem{
				Kind: "method-not-allowed", Title: "This address can only be read", Status: http.StatusMethodNotAllowed,
				Detail: strings.ToUpper(r.Method) + " was sent to " + r.URL.Path + ".",
				Remedy: "Send GET. Events are posted to /api/v1/events or /api/v1/hl7.",
			})
			return
		}
		next(w, r)
	}
}
