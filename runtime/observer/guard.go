package observer

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// protect sets what a browser is to know: that the page needs nothing from
// elsewhere, is framed by nobody and is out of date at once.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Vary", "Accept")
}

// refuses tells why the request is not answered, "" if it is.
func (h *handler) refuses(r *http.Request) string {
	switch {
	case h.allowRemote:
		return ""
	case !isLoopback(r.RemoteAddr):
		return "the observer answers requests from its own machine only, unless it is made with AllowRemote"
	case !isLoopback(r.Host):
		return "the observer answers to localhost and loopback addresses only, unless it is made with AllowRemote"
	}
	for name := range r.Header { // whatever it says
		if strings.HasPrefix(name, "X-Forwarded") || slices.Contains(forwarding, name) {
			return "the observer answers no forwarded requests, unless it is made with AllowRemote"
		}
	}
	return ""
}

// forwarding are the headers, beside X-Forwarded-For and its like, by which
// proxies tell that they forward a request, and for whom. Middleware takes the
// client's address from them, which may then be a loopback address by the
// client's own word.
var forwarding = []string{
	"Forwarded", "Via", "X-Real-Ip", "True-Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "Cf-Connecting-Ip", "Fastly-Client-Ip",
}

// isLoopback reports whether an address, with or without a port, means this
// machine without asking the network.
func isLoopback(addr string) bool {
	host := addr
	if h, _, err := net.SplitHostPort(addr); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") || strings.EqualFold(host, "localhost.") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
