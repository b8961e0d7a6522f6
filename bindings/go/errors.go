package blueplane

// #include <stdlib.h>
// #include <blueplane/blueplane.h>
import "C"

import (
	"errors"
	"strings"
	"unsafe"
)

// What the library's codes mean. Test for them with errors.Is.
var (
	ErrInvalid     = errors.New("an argument is wrong; nothing was done")
	ErrNoMemory    = errors.New("out of memory; nothing was lost")
	ErrIO          = errors.New("the operating system refused a read or write")
	ErrBusy        = errors.New("another process holds the store; try again")
	ErrNotFound    = errors.New("an unknown name")
	ErrFormat      = errors.New("a document given to the library is malformed")
	ErrUnsupported = errors.New("well formed, but this build or this metric cannot do it")
	ErrDenied      = errors.New("the handle's access does not allow it")
	ErrConsent     = errors.New("the person has not consented, or no longer does")
	ErrReadOnly    = errors.New("a write through a read-only handle or to a read-only file")
	ErrCorrupt     = errors.New("the store file is damaged, or is not a store")
	ErrSchema      = errors.New("the store was written by a newer library")
	ErrABI         = errors.New("the binding and the library do not match")
	ErrCancelled   = errors.New("the call was asked to stop; what was done is kept")
	ErrLimit       = errors.New("a documented limit was reached")
	ErrInternal    = errors.New("a defect of the library; please report it")
)

var sentinels = map[int]error{
	C.BP_ERR_INVALID: ErrInvalid, C.BP_ERR_NOMEM: ErrNoMemory, C.BP_ERR_IO: ErrIO, C.BP_ERR_BUSY: ErrBusy,
	C.BP_ERR_NOTFOUND: ErrNotFound, C.BP_ERR_FORMAT: ErrFormat, C.BP_ERR_UNSUPPORTED: ErrUnsupported,
	C.BP_ERR_DENIED: ErrDenied, C.BP_ERR_CONSENT: ErrConsent, C.BP_ERR_READONLY: ErrReadOnly,
	C.BP_ERR_CORRUPT: ErrCorrupt, C.BP_ERR_SCHEMA: ErrSchema, C.BP_ERR_ABI: ErrABI,
	C.BP_ERR_CANCELLED: ErrCancelled, C.BP_ERR_LIMIT: ErrLimit, C.BP_ERR_INTERNAL: ErrInternal,
}

// The keys of an error's details, as in the header.
var detailKeys = []string{"path", "byte", "metric", "dimension", "name", "zone", "topic", "allowed", "reason", "status",
	"minimum", "roster", "withdrawn", "hint"}

// Error is the error of a call of the library that failed.
type Error struct {
	Code    int               // BP_ERR_ of the header
	Message string            // one sentence
	Details map[string]string // by key: "path", "metric", "allowed", "hint", ...
	cause   error             // what stopped a call from outside: a context, a callback
}

func (e *Error) Error() string {
	said := []string{e.Message}
	for _, key := range detailKeys {
		if value, told := e.Details[key]; told {
			said = append(said, key+": "+value)
		}
	}
	return "blueplane: " + strings.Join(said, "; ")
}

// Hint says how to fix the problem, if the library knows.
func (e *Error) Hint() string { return e.Details["hint"] }

// Is reports whether the error is of the kind of one of the Err values.
func (e *Error) Is(target error) bool { return sentinels[e.Code] == target }

// Unwrap returns what stopped the call from outside, if anything did.
func (e *Error) Unwrap() error { return e.cause }

// failure makes an error from a code and the library's own error, which it frees.
func failure(code C.int, from *C.bp_error) error {
	if code == C.BP_OK {
		return nil
	}
	defer C.bp_error_free(from)
	e := &Error{Code: int(code), Message: C.GoString(C.bp_error_message(from)), Details: map[string]string{}}
	if e.Message == "" {
		e.Message = C.GoString(C.bp_strerror(code))
	}
	for _, key := range detailKeys {
		name := C.CString(key)
		if value := C.bp_error_detail(from, name); value != nil {
			e.Details[key] = C.GoString(value)
		}
		C.free(unsafe.Pointer(name))
	}
	return e
}

// whole refuses texts with a NUL character, which C would truncate.
func whole(texts ...string) error {
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 {
			return invalid("a text holds a NUL character")
		}
	}
	return nil
}

func invalid(message string) error {
	return &Error{Code: C.BP_ERR_INVALID, Message: message, Details: map[string]string{}}
}
