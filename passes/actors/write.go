package actors

// writes finds the parameters through which each function may write.
func (b *builder) writes() {}

func (b *builder) readOnly(callback FuncID, msg TypeID) bool { return false }
