package blueplane

// Callbacks from C, and the ways in which a callback may end.

// #include <blueplane/blueplane.h>
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"
)

//export goBlueplaneProgress
func goBlueplaneProgress(user unsafe.Pointer, p *C.bp_progress) C.int {
	return C.int((*(*cgo.Handle)(user)).Value().(*watch).tell(Progress{
		Phase:      Phase(p.phase),
		FilesDone:  uint64(p.files_done),
		FilesTotal: uint64(p.files_total),
		BytesDone:  uint64(p.bytes_done),
		BytesTotal: uint64(p.bytes_total),
	}))
}

//export goBlueplaneClock
func goBlueplaneClock(user unsafe.Pointer) C.int64_t {
	return C.int64_t((*(*cgo.Handle)(user)).Value().(*clock).tell())
}

// ended records how a callback ended that did not return. Neither a panic nor runtime.Goexit, which testing.T.FailNow
// calls, may unwind the library, which holds its locks: both continue after the library has returned.
type ended struct {
	panicked any
	exited   bool
}

// run runs a callback on a goroutine of its own, since Goexit cannot be recovered from, and reports whether it returned.
func (e *ended) run(callback func()) (returned bool) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() {
			if !returned {
				e.panicked = recover()
				e.exited = e.panicked == nil
			}
		}()
		callback()
		returned = true
	}()
	<-over
	return returned
}

// goOn ends the caller in the way the callback ended.
func (e *ended) goOn() {
	was := *e
	*e = ended{}
	if was.panicked != nil {
		panic(was.panicked)
	}
	if was.exited {
		runtime.Goexit()
	}
}
