// Package metrics tells Prometheus what a node does: how many processes of
// which type there are, start and end, how long their mailboxes are, what they
// handle and lose, what supervisors restart, how large tables and registries
// are. It is a module of its own, so that only its users depend on the client.
//
//	registry := prometheus.NewRegistry()
//	registry.MustRegister(metrics.NewCollector(process.NodeOf(ctx)))
//
//	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
//
// The series, each with the label node:
//
//	otp_processes                    by behaviour, type: that live
//	otp_processes_busy               by behaviour, type: whose code is running
//	otp_processes_abandoned          killed while busy, and their code still runs
//	otp_processes_started_total      by behaviour, type
//	otp_processes_ended_total        by behaviour, type, how: clean, crashed, killed, failed (to start)
//	otp_mailbox_messages             by behaviour, type: in all mailboxes
//	otp_mailbox_messages_max         by behaviour, type: in the longest
//	otp_messages_handled_total       by behaviour, type
//	otp_messages_lost_total          by behaviour, type: that bounded mailboxes refused or dropped
//	otp_supervisor_restarts_total    by supervisor, its id: of children
//	otp_published                    by kind: tables, registries
//	otp_published_entries            by kind, name: their sizes
//
// A type is that of a server's state, so there are as many series as types of
// servers and not as processes; [MaxNames] bounds the names of what is
// published. The counters only grow, although processes come and go: what a process
// has counted stays with its type.
//
// It is not for tracing and measures no latencies: that would cost each
// message. What a single process does the observer shows.
package metrics
