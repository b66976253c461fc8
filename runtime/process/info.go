package process

import "context"

// Info is what can be told of a live process from outside. (OTP:
// process_info/1.)
type Info struct {
	PID         PID
	Name        Name // the registered name, "" for none
	Parent      PID  // who started it with a link
	Links       []PID
	Monitors    []PID // whom it monitors
	MonitoredBy []PID // processes that monitor it
	TrapExit    bool
	Mailbox     int    // messages in it, those of the batch that is being handled included
	Handled     uint64 // messages of the batches before
	Behaviour   string // "genserver", "process", ...
	Type        string // the type of a server's state
	Busy        bool   // its code is running
	Bound       int    // how many messages may wait, 0 if there is no bound
	Lost        uint64 // messages that found no room in a bounded mailbox
}

// InfoOf describes a process as it is this moment; false if it is dead.
func InfoOf(_ context.Context, pid PID) (Info, bool) {
	p := pid.p
	if p == nil {
		return Info{}, false
	}
	info := Info{PID: pid}
	info.Behaviour, info.Type = p.behaviour.Describe()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state == dead {
		return Info{}, false
	}
	info.Parent = PID{p.parent.Load()}
	info.TrapExit = p.trap
	info.Handled = p.handled
	info.Busy = p.state == running
	info.Mailbox = p.waitingMessages()
	if ext := p.ext; ext != nil {
		info.Name = ext.name
		if ext.bound != nil {
			info.Bound, info.Lost = ext.bound.limit, ext.bound.lost
		}
		for _, q := range ext.links.all() {
			info.Links = append(info.Links, PID{q})
		}
		for _, q := range ext.watching {
			if q != nil {
				info.Monitors = append(info.Monitors, PID{q})
			}
		}
		for _, w := range ext.watchers {
			if w.p != nil {
				info.MonitoredBy = append(info.MonitoredBy, PID{w.p})
			}
		}
	}
	return info, true
}

// waitingMessages is the length of a live process's mailbox. p.mu is held.
func (p *proc) waitingMessages() int {
	n := p.box.len() + p.batch.len()
	if b, ok := p.behaviour.(*plain); ok {
		n += len(b.saved)
	}
	return n
}

func (p *proc) registeredName() Name {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ext == nil {
		return ""
	}
	return p.ext.name
}
