package main

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones must load on a machine without zone files

	"go.yaml.in/yaml/v3"

	"flowcentre/capacity"
	"flowcentre/flow"
)

// What holds where the configuration says nothing. configs/centre.yaml tells the same.
const (
	defaultData         = "data"
	defaultLogBytes     = 8 << 30
	defaultHTTP         = "127.0.0.1:8080"
	defaultNATS         = "127.0.0.1:4222"
	defaultMLLP         = "127.0.0.1:2575"
	defaultEvery        = 15 * 60
	defaultPressureAt   = 92
	defaultFullAt       = 98
	defaultCleanWithin  = 60 * 60
	defaultAssumedClean = 4 * 60 * 60
	defaultAck          = "auto"
)

// Config is everything one centre is told when it starts.
type Config struct {
	Data   string // folder of the log, the store and the keys
	Log    LogConfig
	HTTP   HTTPConfig
	Desk   DeskConfig
	Alerts *AlertsConfig // nil where nobody says that alerts come back
	Sheet  *SheetConfig  // nil for none
	NATS   NATSConfig
	MLLP   []MLLPConfig
	Feeds  []FeedConfig // in the order of Layout.Feeds
	Layout capacity.Layout
}

// LogConfig says where the log is kept.
type LogConfig struct {
	MaxBytes int64
	URL      string // of a NATS system elsewhere; empty for the one inside

	// Of NATS elsewhere alone.
	CredentialsFile string
	SystemURL       string // the same NATS with a user of its system account, to ask whether it syncs every write
	TrustSync       bool   // do not ask
	Replicas        int
}

// HTTPConfig is the listener of the wall, the API and producers that post.
type HTTPConfig struct {
	Listen  string
	Origins []string // further origins whose pages may open the live stream
}

// DeskConfig says who may decide.
type DeskConfig struct {
	TokenFile string // holds the token that decisions must show; empty: they are taken from this machine alone
}

// AlertsConfig says that alerts come back from Alertmanager, and who may tell of them.
type AlertsConfig struct {
	TokenFile string // holds the token that the webhook must show; empty: it is heard from this machine alone
}

// NATSConfig is the listener of producers that publish over NATS.
type NATSConfig struct {
	Listen string
}

// MLLPConfig is one listener for HL7 v2 over MLLP; all that comes by it is the feed's.
type MLLPConfig struct {
	Listen string
	Feed   string
	From   []netip.Prefix // who may connect; empty means this machine alone
}

// FeedConfig is what the centre needs to know of a feed beyond its place in the layout.
type FeedConfig struct {
	ID        string
	TokenFile string // holds the token its producer shows; empty for none
	HL7       *HL7Config
}

// HL7Config is how one feed writes HL7 v2.
type HL7Config struct {
	TimeZone  string // IANA name; times without an offset are in it
	Authority string // who assigned an identifier that does not say
	Ack       string // auto, original or enhanced
	BedStatus map[string]string
	Places    map[string]string // a place as the feed writes it, to one of the layout

	Services     map[string]string // a hospital service as the feed writes it, to its code
	ArrivalModes map[string]string // how a patient came, as the feed writes it, to one of flow.Modes
	Acuities     map[string]string // a triage category as the feed writes it, to 1 to 5

	Facility    string // of locations that name none
	PatientType string // which of a patient's identifiers to go by
	AnswerAway  bool   // answer AR or CR while the log cannot write, instead of closing the connection
}

// Feed is the configuration of one feed, and nil when there is none.
func (c *Config) Feed(id string) *FeedConfig {
	for i := range c.Feeds {
		if c.Feeds[i].ID == id {
			return &c.Feeds[i]
		}
	}
	return nil
}

// LoadConfig reads the file and whatever layout files it includes. Faults are in the
// order of the file; with any, the Config is not to be used.
func LoadConfig(file string) (*Config, []Fault) {
	return readConfig(file, os.ReadFile)
}

// readConfig reads a configuration by way of open, which is asked for the file and
// for what it includes.
func readConfig(file string, open func(string) ([]byte, error)) (*Config, []Fault) {
	r := &reading{open: open, nodes: map[string]spot{}, at: map[string]spot{}}
	r.conf.Data = filepath.Join(filepath.Dir(file), defaultData)
	r.conf.Log.MaxBytes, r.conf.Log.Replicas = defaultLogBytes, 1
	r.conf.HTTP.Listen = defaultHTTP
	r.conf.NATS.Listen = defaultNATS
	r.centre(file)
	if len(r.faults) == 0 {
		r.shipped()
		r.settle()
	}
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return &r.conf, slices.CompactFunc(r.faults, func(a, b Fault) bool { return a == b })
}

// spot is a node with the file it stands in.
type spot struct {
	page *page
	node *yaml.Node
}

type reading struct {
	open   func(string) ([]byte, error)
	conf   Config
	faults []Fault
	at     map[string]spot // layout path to where it was said
	nodes  map[string]spot // other things to come back to: listeners, time zones
}

func (r *reading) page(file string) (*page, *yaml.Node) {
	p := &page{file: file, faults: &r.faults}
	text, err := r.open(file)
	if err != nil {
		p.fault(nil, fmt.Sprintf("the file cannot be read: %v", err), "check its name and who may read it")
		return p, nil
	}
	return p, p.root(text)
}

func (r *reading) centre(file string) {
	p, root := r.page(file)
	if root == nil {
		return
	}
	layout := append(r.layoutFields(p), r.escalationFields(p, filepath.Dir(file))...)
	p.mapping(root, "the configuration", append([]field{
		{"centre", false, func(n *yaml.Node) { r.centreBlock(p, n) }},
		{"feeds", true, func(n *yaml.Node) { p.list(n, "feeds", func(n *yaml.Node) { r.feed(p, n) }) }},
		{"opel", false, func(n *yaml.Node) { r.opel(p, n, filepath.Join(filepath.Dir(file), p.text(n))) }},
		{"include", false, func(n *yaml.Node) {
			for _, name := range p.texts(n, "include") {
				r.include(p, n, filepath.Join(filepath.Dir(file), name))
			}
		}},
	}, layout...)...)
}

// include reads a file that holds nothing but layout.
func (r *reading) include(from *page, n *yaml.Node, file string) {
	text, err := r.open(file)
	if err != nil {
		from.fault(n, fmt.Sprintf("the included file cannot be read: %v", err), "give its path relative to this file")
		return
	}
	p := &page{file: file, faults: &r.faults}
	if root := p.root(text); root != nil {
		p.mapping(root, "a layout file", r.layoutFields(p)...)
	}
}

func (r *reading) centreBlock(p *page, n *yaml.Node) {
	c := &r.conf
	p.mapping(n, "centre",
		field{"data", false, func(n *yaml.Node) {
			c.Data = p.beside(p.text(n))
		}},
		field{"log", false, func(n *yaml.Node) {
			p.mapping(n, "log",
				field{"max_bytes", false, func(n *yaml.Node) { c.Log.MaxBytes = r.logSize(p, n) }},
				field{"url", false, func(n *yaml.Node) { c.Log.URL = r.natsURL(p, n) }},
				field{"credentials_file", false, func(n *yaml.Node) {
					c.Log.CredentialsFile = p.beside(p.text(n))
				}},
				field{"system_url", false, func(n *yaml.Node) { c.Log.SystemURL = r.natsURL(p, n) }},
				field{"trust_sync", false, func(n *yaml.Node) { c.Log.TrustSync = p.truth(n) }},
				field{"replicas", false, func(n *yaml.Node) {
					c.Log.Replicas = map[string]int{"1": 1, "3": 3}[p.choice(n, "number of copies", []string{"1", "3"})]
				}},
			)
		}},
		field{"http", false, func(n *yaml.Node) {
			p.mapping(n, "http",
				field{"listen", false, func(n *yaml.Node) { c.HTTP.Listen = r.listen(p, n, "http") }},
				field{"origins", false, func(n *yaml.Node) {
					c.HTTP.Origins = p.texts(n, "origins")
					for _, o := range c.HTTP.Origins {
						if u, err := url.Parse(o); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" {
							p.fault(n, fmt.Sprintf("%q is not an origin", o), "write scheme and host alone, such as https://wall.example.org")
						}
					}
				}},
			)
		}},
		field{"desk", false, func(n *yaml.Node) {
			p.mapping(n, "desk", field{"token_file", false, func(n *yaml.Node) { c.Desk.TokenFile = p.beside(p.text(n)) }})
		}},
		field{"alerts", false, func(n *yaml.Node) {
			c.Alerts = &AlertsConfig{}
			p.mapping(n, "alerts", field{"token_file", false, func(n *yaml.Node) { c.Alerts.TokenFile = p.beside(p.text(n)) }})
		}},
		field{"sheet", false, func(n *yaml.Node) { c.Sheet = r.sheet(p, n) }},
		field{"nats", false, func(n *yaml.Node) {
			p.mapping(n, "nats", field{"listen", false, func(n *yaml.Node) { c.NATS.Listen = r.listen(p, n, "nats") }})
		}},
		field{"mllp", false, func(n *yaml.Node) { p.list(n, "mllp", func(n *yaml.Node) { r.mllp(p, n) }) }},
	)
}

func (r *reading) mllp(p *page, n *yaml.Node) {
	m := MLLPConfig{Listen: defaultMLLP}
	key := fmt.Sprintf("mllp[%d]", len(r.conf.MLLP))
	p.mapping(n, "an mllp listener",
		field{"listen", false, func(n *yaml.Node) { m.Listen = r.listen(p, n, key) }},
		field{"feed", true, func(n *yaml.Node) { m.Feed = p.text(n); r.nodes[key+".feed"] = spot{p, n} }},
		field{"from", false, func(n *yaml.Node) {
			for _, text := range p.texts(n, "from") {
				prefix, err := netip.ParsePrefix(text)
				if one, oneErr := netip.ParseAddr(text); oneErr == nil {
					prefix, err = netip.PrefixFrom(one, one.BitLen()), nil
				}
				if err != nil {
					p.fault(n, fmt.Sprintf("%q is neither an address nor a network", text), "write it like 10.20.0.15 or 10.20.0.0/24")
					continue
				}
				m.From = append(m.From, prefix)
			}
		}},
	)
	if _, said := r.nodes[key]; !said {
		r.nodes[key] = spot{p, n}
	}
	r.conf.MLLP = append(r.conf.MLLP, m)
}

func (r *reading) feed(p *page, n *yaml.Node) {
	i := len(r.conf.Layout.Feeds)
	path := fmt.Sprintf("feeds[%d]", i)
	f, c := capacity.Feed{Every: defaultEvery}, FeedConfig{}
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	p.mapping(n, "a feed",
		field{"id", true, func(n *yaml.Node) { f.ID = p.text(here("id", n)) }},
		field{"name", true, func(n *yaml.Node) { f.Name = p.text(here("name", n)) }},
		field{"owner", false, func(n *yaml.Node) { f.Owner = p.text(n) }},
		field{"every", false, func(n *yaml.Node) { f.Every = p.seconds(here("every", n)) }},
		field{"cadence", false, func(n *yaml.Node) {
			p.list(here("cadence", n), "cadence", func(n *yaml.Node) { r.cadence(p, n, path, &f) })
		}},
		field{"supplies", true, func(n *yaml.Node) { f.Supplies = p.texts(here("supplies", n), "supplies") }},
		field{"token_file", false, func(n *yaml.Node) {
			c.TokenFile = p.beside(p.text(n))
		}},
		field{"hl7", false, func(n *yaml.Node) { c.HL7 = r.hl7(p, n, path) }},
	)
	c.ID = f.ID
	r.conf.Layout.Feeds = append(r.conf.Layout.Feeds, f)
	r.conf.Feeds = append(r.conf.Feeds, c)
}

// cadence reads the hours of the week in which a feed is expected otherwise.
func (r *reading) cadence(p *page, n *yaml.Node, feed string, f *capacity.Feed) {
	path := fmt.Sprintf("%s.cadence[%d]", feed, len(f.Cadence))
	r.at[path] = spot{p, n}
	here := r.here(p, path)
	c := capacity.Cadence{To: 24 * 60}
	p.mapping(n, "hours of a cadence",
		field{"days", false, func(n *yaml.Node) { c.Days = p.text(here("days", n)) }},
		field{"from", false, func(n *yaml.Node) { c.From = p.clock(here("from", n)) }},
		field{"to", false, func(n *yaml.Node) { c.To = p.clock(here("to", n)) }},
		field{"every", true, func(n *yaml.Node) {
			if here("every", n); followed(n).Value != "never" {
				c.Every = p.seconds(n)
			}
		}},
	)
	f.Cadence = append(f.Cadence, c)
}

// bedStatuses are the words a bed status code may stand for.
var bedStatuses = []string{"closed", "housekeeping", "isolated", "contaminated", "occupied", "unoccupied"}

func (r *reading) hl7(p *page, n *yaml.Node, path string) *HL7Config {
	h := &HL7Config{Ack: defaultAck}
	p.mapping(n, "hl7",
		field{"time_zone", false, func(n *yaml.Node) { h.TimeZone = p.text(n); r.nodes[path+".time_zone"] = spot{p, n} }},
		field{"authority", false, func(n *yaml.Node) { h.Authority = p.text(n) }},
		field{"facility", false, func(n *yaml.Node) { h.Facility = p.text(n) }},
		field{"patient_type", false, func(n *yaml.Node) { h.PatientType = p.text(n) }},
		field{"answer_unavailable", false, func(n *yaml.Node) { h.AnswerAway = p.truth(n) }},
		field{"ack", false, func(n *yaml.Node) {
			h.Ack = p.choice(n, "way to acknowledge", []string{"auto", "original", "enhanced"})
		}},
		field{"bed_status", false, func(n *yaml.Node) {
			h.BedStatus = map[string]string{}
			p.pairs(n, "bed_status", func(k, v *yaml.Node) { h.BedStatus[k.Value] = p.choice(v, "bed status", bedStatuses) })
		}},
		field{"services", false, func(n *yaml.Node) { h.Services = p.codes(n, "services") }},
		field{"arrival_modes", false, func(n *yaml.Node) {
			h.ArrivalModes = map[string]string{}
			p.pairs(n, "arrival_modes", func(k, v *yaml.Node) { h.ArrivalModes[k.Value] = p.choice(v, "way to arrive", flow.Modes) })
		}},
		field{"acuities", false, func(n *yaml.Node) {
			h.Acuities = map[string]string{}
			p.pairs(n, "acuities", func(k, v *yaml.Node) {
				if h.Acuities[k.Value] = p.text(v); !slices.Contains([]string{"1", "2", "3", "4", "5"}, v.Value) {
					p.fault(v, fmt.Sprintf("%q is no triage category", v.Value), "write 1 (most urgent) to 5")
				}
			})
		}},
		field{"places", false, func(n *yaml.Node) {
			h.Places = map[string]string{}
			p.pairs(n, "places", func(k, v *yaml.Node) {
				h.Places[k.Value] = p.text(v)
				r.nodes[path+".places."+k.Value] = spot{p, v}
			})
		}},
	)
	return h
}

// plainCode is what stands for something in a table, and can name nobody.
var plainCode = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`)

// codes reads pairs whose values are codes.
func (p *page) codes(n *yaml.Node, what string) map[string]string {
	all := map[string]string{}
	p.pairs(n, what, func(k, v *yaml.Node) {
		if all[k.Value] = p.text(v); !plainCode.MatchString(all[k.Value]) {
			p.fault(v, fmt.Sprintf("%q is no code", all[k.Value]), "write at most 40 letters, digits, dots, dashes and underscores")
		}
	})
	return all
}

// beside is a path, where a relative one begins at the file.
func (p *page) beside(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(p.file), path)
}

func (p *page) choice(n *yaml.Node, what string, all []string) string {
	v := p.text(n)
	if !slices.Contains(all, v) {
		remedy := "use one of " + strings.Join(all, ", ")
		if near := capacity.Nearest(v, all); near != "" {
			remedy = "did you mean " + near + "?"
		}
		p.fault(n, fmt.Sprintf("%q is no %s", v, what), remedy)
	}
	return v
}

func (r *reading) logSize(p *page, n *yaml.Node) int64 {
	v := p.size(n)
	if v > 0 && v < 64<<20 {
		p.fault(n, fmt.Sprintf("%s is too small for a log", n.Value), "give at least 64MiB; a county writes about 1GiB in three months")
	}
	return v
}

func (r *reading) natsURL(p *page, n *yaml.Node) string {
	v := p.text(n)
	u, err := url.Parse(v)
	if v == "" {
		return ""
	}
	if err != nil || u.Host == "" || !slices.Contains([]string{"nats", "tls"}, u.Scheme) {
		p.fault(n, fmt.Sprintf("%q is not the address of a NATS server", v), "write it like tls://nats.example.org:4222")
	}
	return v
}

// listen reads an address to listen on and notes where it stands.
func (r *reading) listen(p *page, n *yaml.Node, key string) string {
	v := p.text(n)
	r.nodes[key] = spot{p, n}
	if host, port, err := net.SplitHostPort(v); err != nil || port == "" || (host != "" && host != "localhost" && net.ParseIP(host) == nil) {
		p.fault(n, fmt.Sprintf("%q is not an address to listen on", v), "write address and port, such as 127.0.0.1:8080")
	}
	return v
}

// settle checks what can only be told of the whole.
func (r *reading) settle() {
	for _, problem := range r.conf.Layout.Validate() {
		s := r.where(problem.Path)
		s.page.fault(s.node, problem.Reason, problem.Remedy)
	}
	r.contactSites()
	r.alertPath()
	if system := &r.conf.Layout.System; system.TimeZone != "" {
		if location := r.zone(r.where("system.time_zone"), system.TimeZone); location != nil {
			system.Zone = zoneOf(location)
		}
	}
	if r.conf.Layout.OPEL != nil {
		r.profileFaults(r.conf.Layout.OPEL, &r.conf.Layout)
	}
	for i, f := range r.conf.Feeds {
		key := fmt.Sprintf("feeds[%d]", i)
		if f.HL7 == nil {
			continue
		}
		if f.HL7.TimeZone == "" {
			f.HL7.TimeZone = r.conf.Layout.System.TimeZone
		} else {
			r.zone(r.nodes[key+".time_zone"], f.HL7.TimeZone)
		}
		r.placesOf(key, f.HL7)
	}
	r.listeners()
}

// zone is the time zone of that name, and nil after telling that there is none.
func (r *reading) zone(s spot, name string) *time.Location {
	location, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		s.page.fault(s.node, fmt.Sprintf("there is no time zone %q", name), "use an IANA name, such as Europe/London")
		return nil
	}
	return location
}

// zoneOf is a time zone as plain data, for the years in which a centre may run. Where the
// time package gives no later change, as at the end of some leap years, it goes on by days.
func zoneOf(location *time.Location) capacity.Zone {
	var zone capacity.Zone
	end := time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).In(location); at.Before(end); {
		if _, seconds := at.Zone(); len(zone) == 0 || zone[len(zone)-1].Seconds != seconds {
			zone = append(zone, capacity.Offset{From: capacity.At(at), Seconds: seconds})
		}
		_, next := at.ZoneBounds()
		if next.IsZero() {
			break
		}
		if !next.After(at) {
			next = at.Add(24 * time.Hour)
		}
		at = next
	}
	return zone
}

// placesOf checks that what a feed's places are turned into exists.
func (r *reading) placesOf(key string, h *HL7Config) {
	names := map[string]bool{}
	for i := range r.conf.Layout.Units {
		u := &r.conf.Layout.Units[i]
		for _, n := range u.Names() {
			names[n] = true
		}
		for j := range u.Beds {
			for _, n := range u.BedNames(&u.Beds[j]) {
				names[n] = true
			}
		}
		for j := range u.Areas {
			for _, n := range u.AreaNames(&u.Areas[j]) {
				names[n] = true
			}
		}
	}
	for from, to := range h.Places {
		if !names[to] {
			s := r.nodes[key+".places."+from]
			s.page.fault(s.node, fmt.Sprintf("place %q is turned into %q, which no unit, bed or area is called", from, to), "name a unit, or a bed or area of it as unit/bed")
		}
	}
}

// listeners checks that nothing beyond this machine is let in unknown.
func (r *reading) listeners() {
	var untold []string
	for _, f := range r.conf.Feeds {
		if f.TokenFile == "" {
			untold = append(untold, f.ID)
		}
	}
	for _, l := range []struct{ key, listen string }{{"http", r.conf.HTTP.Listen}, {"nats", r.conf.NATS.Listen}} {
		if !loopback(l.listen) && len(untold) > 0 {
			s := r.nodes[l.key]
			s.page.fault(s.node, fmt.Sprintf("%s listens beyond this machine, and no token is asked of %s", l.key, strings.Join(untold, ", ")),
				"give each feed a token_file, or listen on 127.0.0.1")
		}
	}
	taken := map[string]string{r.conf.HTTP.Listen: "http"}
	for i, l := range append([]MLLPConfig{{Listen: r.conf.NATS.Listen}}, r.conf.MLLP...) {
		key := "nats"
		if i > 0 {
			key = fmt.Sprintf("mllp[%d]", i-1)
			r.mllpListener(key, l)
		}
		if first, twice := taken[l.Listen]; twice && !strings.HasSuffix(l.Listen, ":0") {
			s, ok := r.nodes[key]
			if !ok {
				s = r.nodes[first]
			}
			s.page.fault(s.node, fmt.Sprintf("%s and %s both listen on %s", first, key, l.Listen), "give each its own port")
		}
		taken[l.Listen] = key
	}
}

func (r *reading) mllpListener(key string, m MLLPConfig) {
	feed := r.nodes[key+".feed"]
	switch f := r.conf.Feed(m.Feed); {
	case f == nil:
		feed.page.fault(feed.node, fmt.Sprintf("there is no feed %q", m.Feed), "add it under feeds:, or name one that is there")
	case f.HL7 == nil:
		feed.page.fault(feed.node, fmt.Sprintf("feed %s listens for HL7 but does not say how it writes it", m.Feed), "give the feed an hl7: block; hl7: {authority: RWP} is enough")
	}
	if !loopback(m.Listen) && len(m.From) == 0 {
		s := r.nodes[key]
		s.page.fault(s.node, "an mllp listener beyond this machine lets in anybody: MLLP knows no tokens",
			"say who may connect, such as from: [10.20.0.15], or listen on 127.0.0.1")
	}
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
