// Package blueplane answers questions about AI-assisted coding from the records that assistants leave on a developer's
// machine: locally, exactly, and without content. It is a thin layer on libblueplane's C interface.
//
//	store, err := blueplane.Open(path, blueplane.WithAccess(blueplane.Owner))
//	defer store.Close()
//	report, err := store.Ingest(ctx, "/home/ada/.claude/projects")
//	result, err := store.Run(ctx, blueplane.NewQuery("cost", "lines_added").By("time.week").Period("90d", "UTC"))
//	for row := range result.Rows() {
//		fmt.Println(row.Text("time.week"), row.Int("cost"))
//	}
//
// A Store may be used by many goroutines; its calls run one after the other. Results are immutable and outlive the
// store. When a context ends, the running call stops soon; what it had done is kept.
package blueplane

// #include <stdlib.h>
// #include <blueplane/blueplane.h>
//
// extern int goBlueplaneProgress(void *user, bp_progress *progress);
// extern int64_t goBlueplaneClock(void *user);
//
// static int on_progress(void *user, const bp_progress *progress) {
//   bp_progress copy = *progress;
//   return goBlueplaneProgress(user, &copy);
// }
// static void set_progress(bp_ingest_options *options, void *user) {
//   options->progress = on_progress;
//   options->progress_user = user;
// }
// static void set_clock(bp_open_options *options, void *user) {
//   options->clock = goBlueplaneClock;
//   options->clock_user = user;
// }
import "C"

import (
	"context"
	"os"
	"runtime"
	"runtime/cgo"
	"slices"
	"time"
	"unsafe"
)

// Access says what a handle may see. It can be narrowed, never widened.
type Access uint32

// The accesses; the zero value may do nothing.
const (
	None     Access = C.BP_ACCESS_NONE
	Owner    Access = C.BP_ACCESS_OWNER
	Lead     Access = C.BP_ACCESS_LEAD
	Manager  Access = C.BP_ACCESS_MANAGER
	DevOps   Access = C.BP_ACCESS_DEVOPS
	Research Access = C.BP_ACCESS_RESEARCH
	Steward  Access = C.BP_ACCESS_STEWARD
)

// Phase is what a running ingest is doing.
type Phase uint32

// The phases in their order.
const (
	Looking Phase = iota
	Reading
	Storing
)

// Progress says how far an ingest is.
type Progress struct {
	Phase                                        Phase
	FilesDone, FilesTotal, BytesDone, BytesTotal uint64
}

// Report is what an ingest did.
type Report struct {
	FilesSeen, FilesChanged, FilesFailed                                                          uint64
	BytesRead, BytesPending                                                                       uint64
	RecordsRead, RecordsStored, RecordsUpdated, RecordsDuplicate, RecordsRejected, RecordsUndated uint64
	FieldsDropped, RecordsErased                                                                  uint64
}

// A Store is an open store.
type Store struct {
	turn    chan struct{} // held by a call and by Close; nil: the zero Store, which is closed
	handle  *handle
	cleanup runtime.Cleanup
}

// handle is what must be released. It is separate from Store so that a cleanup can hold it.
type handle struct {
	store *C.bp_store
	clock *clock      // nil: the machine's
	user  *cgo.Handle // the clock's handle, at an address that C keeps
	pins  runtime.Pinner
}

func (h *handle) close() {
	C.bp_close(h.store)
	if h.clock != nil {
		h.user.Delete()
	}
	h.pins.Unpin()
}

// clock replaces the machine's clock.
type clock struct {
	now func() time.Time
	ended
}

func (c *clock) tell() (us int64) {
	c.run(func() { us = c.now().UnixMicro() })
	return us
}

func (c *clock) stopped() bool { return c != nil && (c.panicked != nil || c.exited) }

func (c *clock) goOn() {
	if c != nil {
		c.ended.goOn()
	}
}

type settings struct {
	options C.bp_open_options
	scope   string
	key     string
	now     func() time.Time
}

// An Option says how to open a store.
type Option func(*settings)

// WithAccess opens a store with an access; without it the handle may do nothing.
func WithAccess(access Access) Option {
	return func(s *settings) { s.options.access = C.uint32_t(access) }
}

// WithScope names the team of a lead, or the kind of store that a steward makes.
func WithScope(scope string) Option { return func(s *settings) { s.scope = scope } }

// ReadOnly opens a store without ever writing to it; the store must exist.
func ReadOnly() Option { return func(s *settings) { s.options.flags |= C.BP_OPEN_READONLY } }

// InMemory makes a private store that goes away when it is closed.
func InMemory() Option { return func(s *settings) { s.options.flags |= C.BP_OPEN_MEMORY } }

// WithKeyFile names the file of the store's key; by default it is beside the store.
func WithKeyFile(path string) Option { return func(s *settings) { s.key = path } }

// WithClock replaces the clock that decides what "today" is.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// Open opens the store at path, and creates it if it is missing and the handle may write. Close it when it is no longer needed;
// otherwise it is closed when it is collected.
func Open(path string, options ...Option) (*Store, error) {
	var s settings
	s.options.struct_size = C.sizeof_bp_open_options
	for _, option := range options {
		option(&s)
	}
	if err := whole(path, s.scope, s.key); err != nil {
		return nil, err
	}
	h := &handle{}
	if s.scope != "" {
		s.options.scope = C.CString(s.scope)
		defer C.free(unsafe.Pointer(s.options.scope))
	}
	if s.key != "" {
		s.options.key_path = C.CString(s.key)
		defer C.free(unsafe.Pointer(s.options.key_path))
	}
	if s.now != nil {
		h.clock = &clock{now: s.now}
		user := cgo.NewHandle(h.clock)
		h.user = &user
		h.pins.Pin(h.user)
		C.set_clock(&s.options, unsafe.Pointer(h.user))
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var failed *C.bp_error
	if err := failure(C.bp_open(&h.store, name, &s.options, &failed), failed); err != nil || h.clock.stopped() {
		defer h.close()
		h.clock.goOn()
		return nil, err
	}
	store := &Store{turn: make(chan struct{}, 1), handle: h}
	store.cleanup = runtime.AddCleanup(store, (*handle).close, h)
	return store, nil
}

// Close closes the store, after the end of a call that is still running. Results stay valid. Closing twice is harmless.
func (s *Store) Close() error {
	if s.turn == nil {
		return nil
	}
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.handle != nil {
		s.cleanup.Stop()
		s.handle.close()
		s.handle = nil
	}
	return nil
}

func expired(ctx context.Context) error {
	return &Error{Code: C.BP_ERR_CANCELLED, Message: "the context had ended", cause: context.Cause(ctx)}
}

// call runs one call of the library on the open store. When the context ends, it cancels the call, or stops waiting
// for another goroutine's call.
func (s *Store) call(ctx context.Context, do func(store *C.bp_store, failed **C.bp_error) C.int) error {
	if s.turn == nil {
		return invalid("the store is closed")
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done(): // while another call was running
		return expired(ctx)
	}
	defer func() { <-s.turn }()
	if s.handle == nil {
		return invalid("the store is closed")
	}
	if ctx.Err() != nil {
		return expired(ctx)
	}
	over, store := make(chan struct{}), s.handle.store
	stop := context.AfterFunc(ctx, func() {
		defer close(over)
		C.bp_cancel(store)
	})
	var failed *C.bp_error
	err := failure(do(store, &failed), failed)
	if !stop() {
		<-over // so that it cannot cancel a later call, or a closed store
	}
	s.handle.clock.goOn()
	if e, is := err.(*Error); is && e.Code == C.BP_ERR_CANCELLED && ctx.Err() != nil {
		e.cause = context.Cause(ctx)
	}
	return err
}

func (s *Store) result(ctx context.Context, do func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int) (*Result, error) {
	var r *Result
	err := s.call(ctx, func(store *C.bp_store, failed **C.bp_error) C.int {
		var out *C.bp_result
		code := do(&out, store, failed)
		if code == C.BP_OK {
			r = newResult(out) // frees it, even if a panic of the clock replaces the return
		}
		return code
	})
	return r, err
}

type reading struct {
	source, origin  string
	threads         int
	restart, dryRun bool
	progress        func(Progress) error
}

// An IngestOption says how to read.
type IngestOption func(*reading)

// Source names the format, instead of detecting it.
func Source(name string) IngestOption { return func(r *reading) { r.source = name } }

// Origin says where bytes come from, to tell rejects apart; it is kept as a keyed hash only.
func Origin(name string) IngestOption { return func(r *reading) { r.origin = name } }

// Threads scans with several threads.
func Threads(count int) IngestOption { return func(r *reading) { r.threads = count } }

// Restart reads from the beginning, whatever was read before.
func Restart() IngestOption { return func(r *reading) { r.restart = true } }

// DryRun counts everything and stores nothing.
func DryRun() IngestOption { return func(r *reading) { r.dryRun = true } }

// OnProgress is called with how far the ingest is, while the calling goroutine waits. If it returns an error, the ingest stops and
// returns that error; what was complete is kept. It must not use the store.
func OnProgress(tell func(Progress) error) IngestOption {
	return func(r *reading) { r.progress = tell }
}

// watch receives the progress of a running ingest, and keeps what stopped it.
type watch struct {
	progress func(Progress) error
	stopped  error
	ended
}

func (w *watch) tell(p Progress) (stop int) {
	if !w.run(func() { w.stopped = w.progress(p) }) || w.stopped != nil {
		return 1
	}
	return 0
}

// Ingest reads a file, or a folder with everything below it.
func (s *Store) Ingest(ctx context.Context, path string, options ...IngestOption) (Report, error) {
	if err := whole(path); err != nil {
		return Report{}, err
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	info, err := os.Stat(path)
	folder := err == nil && info.IsDir()
	return s.ingest(ctx, options, func(store *C.bp_store, r *reading, source *C.char, how *C.bp_ingest_options, report *C.bp_ingest_report, failed **C.bp_error) C.int {
		if folder {
			return C.bp_ingest_scan(store, source, name, how, report, failed)
		}
		return C.bp_ingest_file(store, source, name, how, report, failed)
	})
}

// IngestBytes reads bytes from memory.
func (s *Store) IngestBytes(ctx context.Context, data []byte, options ...IngestOption) (Report, error) {
	return s.ingest(ctx, options, func(store *C.bp_store, r *reading, source *C.char, how *C.bp_ingest_options, report *C.bp_ingest_report, failed **C.bp_error) C.int {
		var origin *C.char
		if r.origin != "" {
			origin = C.CString(r.origin)
			defer C.free(unsafe.Pointer(origin))
		}
		return C.bp_ingest_bytes(store, source, origin, unsafe.Pointer(unsafe.SliceData(data)), C.size_t(len(data)), how, report, failed)
	})
}

func (s *Store) ingest(ctx context.Context, options []IngestOption,
	read func(*C.bp_store, *reading, *C.char, *C.bp_ingest_options, *C.bp_ingest_report, **C.bp_error) C.int) (Report, error) {
	var r reading
	for _, option := range options {
		option(&r)
	}
	if err := whole(r.source, r.origin); err != nil {
		return Report{}, err
	}
	var source *C.char
	if r.source != "" {
		source = C.CString(r.source)
		defer C.free(unsafe.Pointer(source))
	}
	how := C.bp_ingest_options{struct_size: C.sizeof_bp_ingest_options, threads: C.uint32_t(r.threads)}
	if r.restart {
		how.flags |= C.BP_INGEST_RESTART
	}
	if r.dryRun {
		how.flags |= C.BP_INGEST_DRY_RUN
	}
	w := &watch{progress: r.progress}
	if r.progress != nil {
		user := cgo.NewHandle(w)
		defer user.Delete()
		var pins runtime.Pinner
		defer pins.Unpin()
		pins.Pin(&user)
		C.set_progress(&how, unsafe.Pointer(&user))
	}
	report := C.bp_ingest_report{struct_size: C.sizeof_bp_ingest_report}
	err := s.call(ctx, func(store *C.bp_store, failed **C.bp_error) C.int {
		return read(store, &r, source, &how, &report, failed)
	})
	w.goOn()
	if e, is := err.(*Error); w.stopped != nil && is && e.Code != C.BP_ERR_CANCELLED {
		e.cause = w.stopped // complete records could not be kept
	} else if w.stopped != nil {
		err = w.stopped
	}
	return reportOf(&report), err
}

func reportOf(r *C.bp_ingest_report) Report {
	return Report{uint64(r.files_seen), uint64(r.files_changed), uint64(r.files_failed), uint64(r.bytes_read),
		uint64(r.bytes_pending), uint64(r.records_read), uint64(r.records_stored), uint64(r.records_updated),
		uint64(r.records_duplicate), uint64(r.records_rejected), uint64(r.records_undated), uint64(r.fields_dropped),
		uint64(r.records_erased)}
}

// taken copies memory that the library returned, and frees it.
func taken(memory unsafe.Pointer, length C.size_t) []byte {
	defer C.bp_free(memory)
	return slices.Clone(unsafe.Slice((*byte)(memory), length))
}

// Run runs a query.
func (s *Store) Run(ctx context.Context, q *Query) (*Result, error) {
	if q.err != nil {
		return nil, q.err
	}
	r, err := s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_query_run(out, store, q.query, failed)
	})
	runtime.KeepAlive(q)
	return r, err
}

// Inspect returns facts about the store: "health", "files", "rejects", "coverage", "labels", "sessions", ...
func (s *Store) Inspect(ctx context.Context, topic string) (*Result, error) {
	if err := whole(topic); err != nil {
		return nil, err
	}
	name := C.CString(topic)
	defer C.free(unsafe.Pointer(name))
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_inspect(out, store, name, failed)
	})
}

// Pending returns what an ingest of a folder would have to read: for each source its files, how many of them are new or
// changed, how many bytes these have, and how old the oldest change is. A source of "" is any. It opens no file.
func (s *Store) Pending(ctx context.Context, source, root string) (*Result, error) {
	if err := whole(source, root); err != nil {
		return nil, err
	}
	var name *C.char
	if source != "" {
		name = C.CString(source)
		defer C.free(unsafe.Pointer(name))
	}
	folder := C.CString(root)
	defer C.free(unsafe.Pointer(folder))
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_ingest_pending(out, store, name, folder, failed)
	})
}

// Configure configures the store with a versioned JSON document: "prices", "labels", "retention", "roster", ...
func (s *Store) Configure(topic string, document []byte) error {
	if err := whole(topic); err != nil {
		return err
	}
	name := C.CString(topic)
	defer C.free(unsafe.Pointer(name))
	return s.call(context.Background(), func(store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_configure(store, name, (*C.char)(unsafe.Pointer(unsafe.SliceData(document))), C.size_t(len(document)), failed)
	})
}

// Narrow narrows what this handle may do, for good.
func (s *Store) Narrow(access Access, scope string) error {
	if err := whole(scope); err != nil {
		return err
	}
	var name *C.char
	if scope != "" {
		name = C.CString(scope)
		defer C.free(unsafe.Pointer(name))
	}
	return s.call(context.Background(), func(store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_narrow(store, C.uint32_t(access), name, failed)
	})
}

// Preview shows, field by field, what would be kept, hashed, counted or dropped of an input, and by which rule.
func (s *Store) Preview(ctx context.Context, source string, data []byte) (*Result, error) {
	if err := whole(source); err != nil {
		return nil, err
	}
	var name *C.char
	if source != "" {
		name = C.CString(source)
		defer C.free(unsafe.Pointer(name))
	}
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_privacy_preview(out, store, name, unsafe.Pointer(unsafe.SliceData(data)), C.size_t(len(data)), failed)
	})
}

// Feature reports whether the linked library has a feature: "source:codex", "format:csv", "threads", "access:owner".
func Feature(name string) bool {
	if whole(name) != nil {
		return false
	}
	what := C.CString(name)
	defer C.free(unsafe.Pointer(what))
	return C.bp_feature(what) != 0
}

// Version returns the version of the linked library.
func Version() string { return C.GoString(C.bp_version_string()) }
