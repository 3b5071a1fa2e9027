package dashboard

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard knows by which names this server may be addressed and whose pages may use it.
type guard struct {
	hosts   []string // names of this server, without ports, besides the loopback ones
	own     []string // of these, those whose origin is that of the listener itself
	origins []string // scheme://host[:port], exact
	cross   *http.CrossOriginProtection

	unusable []string // given as origins, and none
}

func newGuard(listen string, origins []string) *guard {
	g := &guard{cross: http.NewCrossOriginProtection()}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" {
		g.own = append(g.own, strings.ToLower(host))
	}
	g.hosts = slices.Clone(g.own)
	for _, origin := range origins {
		origin = strings.ToLower(strings.TrimSuffix(origin, "/"))
		u, err := url.Parse(origin)
		if err != nil || g.cross.AddTrustedOrigin(origin) != nil {
			g.unusable = append(g.unusable, origin)
			continue
		}
		g.origins = append(g.origins, origin)
		g.hosts = append(g.hosts, u.Hostname())
	}
	g.cross.SetDenyHandler(http.HandlerFunc(foreignOrigin))
	return g
}

// before checks what next is about to serve. A page of another site can make a browser
// send requests here: under a name of its own that it has pointed at this machine (DNS
// rebinding), or from its own origin.
func (g *guard) before(next http.Handler) http.Handler {
	next = g.cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		if !g.named(hostname(r.Host)) {
			refuse(w, Problem{
				Kind: "unknown-host", Title: "This server does not go by that name", Status: http.StatusMisdirectedRequest,
				Detail: "The request was addressed to a host that is neither loopback nor configured.",
				Remedy: "Use the address the server printed at its start, or add the name to the allowed origins of its configuration.",
			})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), screen-wake-lock=(self)")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// named tells whether host is a name of this server.
func (g *guard) named(host string) bool {
	return loopback(host) || slices.Contains(g.hosts, host)
}

// mayStream tells whether r may open the stream: it comes from a page of an allowed
// origin or of this server itself, or from a program that is no browser. A browser
// always names the origin; a request that carries a cookie is taken for a browser's.
func (g *guard) mayStream(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return len(r.Header.Values("Cookie")) == 0
	}
	if len(origins) > 1 {
		return false
	}
	return slices.Contains(g.origins, origins[0]) || origins[0] == g.ownOrigin(r)
}

// ownOrigin is the origin of a page that this server itself served to whoever sent r,
// with no proxy between, and empty when there may be one.
func (g *guard) ownOrigin(r *http.Request) string {
	host := hostname(r.Host)
	if !loopback(host) && !slices.Contains(g.own, host) {
		return ""
	}
	if r.TLS != nil {
		return "https://" + strings.ToLower(r.Host)
	}
	return "http://" + strings.ToLower(r.Host)
}

func foreignOrigin(w http.ResponseWriter, _ *http.Request) {
	refuse(w, Problem{
		Kind: "foreign-origin", Title: "A page of another site may not do this", Status: http.StatusForbidden,
		Detail: "The request's origin is not one that this server allows.",
		Remedy: "Open the wall at the server's own address, or add the origin, as scheme://host:port, to its configuration.",
	})
}

// hostname is the Host header without its port and brackets, in lower case.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
