package blueplane

// A person's decisions about their own data, and data that is sent between stores.

// #include <stdlib.h>
// #include <blueplane/blueplane.h>
import "C"

import (
	"context"
	"encoding/json"
	"time"
	"unsafe"
)

// Consent lets an audience ("lead") see this person's own numbers of a family of metrics, for at most 180 days.
func (s *Store) Consent(purpose, audience string, until time.Time) error {
	return s.consent(purpose, audience, 1, until.UnixMicro())
}

// Withdraw takes a consent back. It takes effect at the next call of every handle.
func (s *Store) Withdraw(purpose, audience string) error { return s.consent(purpose, audience, 0, 0) }

func (s *Store) consent(purpose, audience string, granted C.int, expires int64) error {
	if err := whole(purpose, audience); err != nil {
		return err
	}
	what, who := C.CString(purpose), C.CString(audience)
	defer C.free(unsafe.Pointer(what))
	defer C.free(unsafe.Pointer(who))
	return s.call(context.Background(), func(store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_consent_set(store, what, who, granted, C.int64_t(expires), failed)
	})
}

// A Selection says what to erase: what matches all given members, or everything, or what is older than the retention
// allows.
type Selection struct {
	Session, Workspace, Source string
	From, Until                time.Time // Until is not included; a zero time leaves that end open
	Everything, Expired        bool
	Subject, Published         string // of a team's store: what is kept of a member, what was published of a week
}

// MarshalJSON writes the form that bp_erase accepts.
func (w Selection) MarshalJSON() ([]byte, error) {
	members := map[string]any{"version": 1}
	for key, text := range map[string]string{"session": w.Session, "workspace": w.Workspace, "source": w.Source,
		"subject": w.Subject, "published": w.Published} {
		if text != "" {
			members[key] = text
		}
	}
	for key, at := range map[string]time.Time{"from_us": w.From, "until_us": w.Until} {
		if !at.IsZero() {
			members[key] = at.UnixMicro()
		}
	}
	for key, yes := range map[string]bool{"everything": w.Everything, "expired": w.Expired} {
		if yes {
			members[key] = true
		}
	}
	return json.Marshal(members)
}

// Erase erases for good; the result is a receipt.
func (s *Store) Erase(ctx context.Context, what Selection) (*Result, error) {
	selector, err := json.Marshal(what)
	if err != nil {
		return nil, err
	}
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_erase(out, store, (*C.char)(unsafe.Pointer(unsafe.SliceData(selector))), C.size_t(len(selector)), failed)
	})
}

// Share makes the sealed bundle of a week, "2026-W07", for the team that was joined: its sums, and what was agreed to with Consent.
func (s *Store) Share(ctx context.Context, window string) ([]byte, error) {
	if err := whole(window); err != nil {
		return nil, err
	}
	week := C.CString(window)
	defer C.free(unsafe.Pointer(week))
	return s.bundle(ctx, nil, week)
}

func (s *Store) bundle(ctx context.Context, audience, week *C.char) ([]byte, error) {
	var sealed []byte
	err := s.call(ctx, func(store *C.bp_store, failed **C.bp_error) C.int {
		var out unsafe.Pointer
		var length C.size_t
		code := C.bp_share_export(&out, &length, store, audience, week, failed)
		if code == C.BP_OK {
			sealed = taken(out, length)
		}
		return code
	})
	return sealed, err
}

// ShareConsent makes a sealed bundle of what was agreed to with Consent and nothing else, so that consent can be taken back without
// waiting for the next week.
func (s *Store) ShareConsent(ctx context.Context) ([]byte, error) {
	lead := C.CString("lead")
	defer C.free(unsafe.Pointer(lead))
	return s.bundle(ctx, lead, nil)
}

// Merge merges a bundle into a team's store, or a release into an organisation's.
func (s *Store) Merge(ctx context.Context, bundle []byte) (*Result, error) {
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_share_merge(out, store, unsafe.Pointer(unsafe.SliceData(bundle)), C.size_t(len(bundle)), failed)
	})
}

// Publish publishes a closed week of a team's store, once and for ever, and writes the release to a file; "" writes none.
func (s *Store) Publish(ctx context.Context, window, release string) (*Result, error) {
	if err := whole(window, release); err != nil {
		return nil, err
	}
	week := C.CString(window)
	defer C.free(unsafe.Pointer(week))
	var path *C.char
	if release != "" {
		path = C.CString(release)
		defer C.free(unsafe.Pointer(path))
	}
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_publish(out, store, week, path, failed)
	})
}

// PublishLead writes the file of a team's lead for a published week: the team's cells, and the members who agreed to be seen. It
// opens with the access Lead only; a path of "" writes none.
func (s *Store) PublishLead(ctx context.Context, window, team, file string) (*Result, error) {
	if err := whole(window, team, file); err != nil {
		return nil, err
	}
	week, name := C.CString(window), C.CString(team)
	defer C.free(unsafe.Pointer(week))
	defer C.free(unsafe.Pointer(name))
	var path *C.char
	if file != "" {
		path = C.CString(file)
		defer C.free(unsafe.Pointer(path))
	}
	return s.result(ctx, func(out **C.bp_result, store *C.bp_store, failed **C.bp_error) C.int {
		return C.bp_publish_lead(out, store, week, name, path, failed)
	})
}

// Describe returns what a bundle, a release, a signed roster or an invitation says about itself, provided its signature is valid.
func Describe(document []byte) (*Result, error) {
	var out *C.bp_result
	var failed *C.bp_error
	data := unsafe.Pointer(unsafe.SliceData(document))
	if err := failure(C.bp_share_describe(&out, data, C.size_t(len(document)), &failed), failed); err != nil {
		return nil, err
	}
	return newResult(out), nil
}
