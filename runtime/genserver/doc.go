// Package genserver is OTP's GenServer: a process that keeps a state, handles
// one message at a time, and answers calls.
//
// A server is a type S with an Init method and the callbacks it needs. Its
// messages are types that embed [CallTo] or [CastTo], first and by value;
// they say which server takes them and what the answer is, so that a message
// for another server or a wrong answer does not compile. The rest of the
// program holds a [Ref] and calls the functions of the server's package, its
// client API.
//
// A callback returns a [Result], made by the Context's methods or by a
// message's Reply. A server fails by panicking: the panic is the exit reason
// that links, monitors, the supervisor and every blocked caller get at once.
//
// It is not a mutex and not a job queue: for a state that is mostly read use a
// table, for work that needs no state use a task.
package genserver
