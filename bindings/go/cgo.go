package blueplane

// What C calls back.

// #include <blueplane/blueplane.h>
import "C"

import (
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
