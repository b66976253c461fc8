// Package events is what happens in the shop, for whoever wants to know: topics of a PubSub, and what is broadcast to
// them. An event is news, not work: it may be lost, and what must be done is found in the database.
package events

import (
	"github.com/otplint/otplint/runtime/pubsub"
	"github.com/otplint/otplint/runtime/supervisor"
)

const (
	// Placed has the orders that were accepted.
	Placed = pubsub.Topic[OrderPlaced]("orders")
	// Shipped has the orders that have left the house.
	Shipped = pubsub.Topic[OrderShipped]("orders")
	// Low has the items that run out.
	Low = pubsub.Topic[StockLow]("stock")
)

// OrderPlaced says that an order was accepted.
type OrderPlaced struct {
	Order string `json:"order"`
	Lines int    `json:"lines"`
}

// OrderShipped says that an order has left the house.
type OrderShipped struct {
	Order string `json:"order"`
}

// StockLow says that there are now fewer pieces of an item than there should be.
type StockLow struct {
	SKU  string `json:"sku"`
	Left int    `json:"left"`
}

// Bus is how the rest of the shop publishes and subscribes.
type Bus = *pubsub.PubSub

// Child is the bus as a child. It stands before those who subscribe.
func Child(id string) supervisor.Child[Bus] { return pubsub.New(id) }
