package actors

// Client is a function of a server's own package that does one call or cast: part of the server's client API.
type Client struct {
	Func     FuncID
	Msg      TypeID
	Site     *Site
	Exported bool
}

// Clients lists a server's client API: the functions and methods declared in the package of the server, or of the
// message, that contain exactly one call or cast, to this server. Its callbacks are none.
func (m *Model) Clients(server TypeID) []Client {
	count := map[FuncID]int{}
	for s := range m.Sites(CallSite, CastSite) {
		count[s.Func]++
	}
	var clients []Client
	for s := range m.SitesTo(server, CallSite, CastSite) {
		pkg := s.Func.Package()
		home := pkg == server.Package() || s.Msg.Known() && pkg == s.Msg.Type.Package()
		if !home || count[s.Func] != 1 || m.CallbackOf(s.Func) != nil {
			continue
		}
		f := m.Func(s.Func)
		clients = append(clients, Client{Func: s.Func, Msg: s.Msg.Type, Site: s, Exported: f != nil && f.Exported})
	}
	return clients
}
