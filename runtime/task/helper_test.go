package task_test

import "runtime"

func exitGoroutine() { runtime.Goexit() }
