// Package notify writes to customers.
package notify

import (
	"errors"
	"log/slog"
)

// A Mail is a message to a customer.
type Mail struct{ To, Text string }

// Mailer sends mail in the background.
type Mailer struct {
	queue chan Mail
}

// NewMailer returns a mailer that is running.
func NewMailer() *Mailer {
	m := &Mailer{queue: make(chan Mail, 100)}
	go func() {
		for {
			m.send(<-m.queue)
		}
	}()
	return m
}

// Send queues a mail.
func (m *Mailer) Send(mail Mail) { m.queue <- mail }

// Check says whether mail goes out.
func (m *Mailer) Check() error {
	if len(m.queue) == cap(m.queue) {
		return errors.New("mail is stuck")
	}
	return nil
}

func (m *Mailer) send(mail Mail) { slog.Info("mail", "to", mail.To, "text", mail.Text) }
