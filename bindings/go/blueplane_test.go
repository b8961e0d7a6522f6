package blueplane_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

var now = time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)

func prompt(session string, day, minute int, id string) string {
	return fmt.Sprintf(`{"blueplane":1,"kind":"prompt","platform":"mytool","session":%q,"id":%q,"time":"2026-03-%02dT09:%02d:00Z"}`+"\n",
		session, id, day, minute)
}

// week is 3 prompts on one day, 1 on another, and two tool calls of which one failed.
func week() []byte {
	var b strings.Builder
	for minute := range 3 {
		b.WriteString(prompt("s1", 2, minute, fmt.Sprint("p", minute)))
	}
	b.WriteString(prompt("s2", 5, 0, "p3"))
	for i, outcome := range []string{"ok", "error"} {
		fmt.Fprintf(&b, `{"blueplane":1,"kind":"tool_call","platform":"mytool","session":"s1","id":"t%d","time":"2026-03-02T09:10:00Z","tool":"run","outcome":%q}`+"\n", i, outcome)
	}
	return []byte(b.String())
}

func open(t testing.TB, options ...blueplane.Option) *blueplane.Store {
	t.Helper()
	options = append([]blueplane.Option{blueplane.WithAccess(blueplane.Owner),
		blueplane.WithClock(func() time.Time { return now })}, options...)
	store, err := blueplane.Open(filepath.Join(t.TempDir(), "s.db"), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func filled(t testing.TB) *blueplane.Store {
	t.Helper()
	store := open(t)
	report, err := store.IngestBytes(t.Context(), week(), blueplane.Source("native"), blueplane.Origin("week"))
	if err != nil || report.RecordsRejected != 0 {
		t.Fatal(err, report)
	}
	return store
}

func run(t testing.TB, store *blueplane.Store, query *blueplane.Query) *blueplane.Result {
	t.Helper()
	result, err := store.Run(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestNumbers(t *testing.T) {
	r := run(t, filled(t), blueplane.NewQuery("prompts", "tool_success_rate").By("time.day").Period("all", ""))
	if got := r.Texts("time.day"); !slices.Equal(got, []string{"2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"}) {
		t.Error(got)
	}
	if got := r.Ints("prompts"); !slices.Equal(got, []int64{3, 0, 0, 1}) {
		t.Error(got)
	}
	if got := r.States("tool_success_rate"); !slices.Equal(got, []blueplane.State{blueplane.HasValue, blueplane.Empty, blueplane.Empty, blueplane.Empty}) {
		t.Error(got)
	}
	var days []string
	for row := range r.Rows() {
		if row.Int("prompts") > 0 {
			days = append(days, row.Text("time.day"))
		}
		if row.Value("tool_success_rate") != nil && row.Real("tool_success_rate") != 0.5 {
			t.Error(row.Value("tool_success_rate"))
		}
	}
	if !slices.Equal(days, []string{"2026-03-02", "2026-03-05"}) {
		t.Error(days)
	}
	if r.Index("costs") != -1 {
		t.Error("there is no such column")
	}
	if table, err := r.Format("table:width=120,titles"); err != nil || r.String() != string(table) {
		t.Error(r.String(), err)
	}
	for what, read := range map[string]func(){
		`blueplane: there is no column "costs"`:                              func() { r.Row(0).Int("costs") },
		`blueplane: there is no column "Prompts"`:                            func() { r.States("Prompts") },
		`blueplane: the column "tool_success_rate" is of type real`:          func() { r.Row(0).Int("tool_success_rate") },
		`blueplane: the column "prompts" is of type int`:                     func() { r.Texts("prompts") },
		`blueplane: the column "time.day" is of type text`:                   func() { r.Row(0).Time("time.day") },
		fmt.Sprintf("blueplane: there is no row %d of %d", r.Len(), r.Len()): func() { r.Row(r.Len()) },
		fmt.Sprintf("blueplane: there is no row -1 of %d", r.Len()):          func() { r.Row(-1) },
	} {
		func() {
			defer func() {
				if said := recover(); said != what {
					t.Errorf("%v instead of %s", said, what)
				}
			}()
			read()
		}()
	}
}

func TestRanges(t *testing.T) {
	store := filled(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		query *blueplane.Query
		want  int64
	}{
		{blueplane.NewQuery("prompts").Between(at, at.Add(15*time.Minute), ""), 3},
		{blueplane.NewQuery("prompts").Between(time.Time{}, at, ""), 0},
		{blueplane.NewQuery("prompts").Between(at, time.Time{}, "Europe/Berlin"), 4},
		{blueplane.NewQuery("prompts").Period("2026-03-05", "UTC").Where("platform", "=", "mytool"), 1},
		{blueplane.NewQuery("prompts").Where("platform", "!=", "mytool"), 0},
	} {
		if got := run(t, store, c.query).Row(0).Int("prompts"); got != c.want {
			json, _ := c.query.JSON()
			t.Errorf("%s: %d, want %d", json, got, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	store := filled(t)
	_, err := store.Run(t.Context(), blueplane.NewQuery("costs"))
	var e *blueplane.Error
	if !errors.Is(err, blueplane.ErrNotFound) || errors.Is(err, blueplane.ErrDenied) || !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e.Details["metric"] != "costs" || e.Hint() == "" || !strings.Contains(e.Error(), "costs") {
		t.Errorf("%+v", e)
	}
	if _, err := store.Run(t.Context(), blueplane.NewQuery("prompts").By("model")); !errors.Is(err, blueplane.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := blueplane.QueryFromJSON([]byte("{")); !errors.Is(err, blueplane.ErrFormat) {
		t.Error(err)
	}
	for _, refused := range []*blueplane.Query{blueplane.NewQuery("cost").Set("limit", "many"), blueplane.NewQuery("cost").Limit(0).By("")} {
		_, ran := store.Run(t.Context(), refused)
		_, written := refused.JSON()
		for _, err := range []error{ran, written} {
			if !errors.Is(err, blueplane.ErrInvalid) || !errors.As(err, &e) || !strings.Contains(e.Message, "limit") || e.Hint() == "" {
				t.Error(err)
			}
		}
	}
	if _, err := blueplane.Open("/nowhere/at/all/s.db", blueplane.WithAccess(blueplane.Owner)); err == nil {
		t.Error("opened")
	}
	if _, err := blueplane.Catalog("nothing"); !errors.Is(err, blueplane.ErrNotFound) {
		t.Error(err)
	}
}

// A text with a NUL character, which C would truncate, is refused.
func TestNULIsRefused(t *testing.T) {
	store, path := filled(t), filepath.Join(files(t, 1), "0.blueplane.jsonl")
	_, asked := store.Run(t.Context(), blueplane.NewQuery("prompts\x00s"))
	_, read := store.Ingest(t.Context(), path+"\x00s")
	_, looked := store.Pending(t.Context(), "", filepath.Dir(path)+"\x00s")
	_, published := store.Publish(t.Context(), "2026-W10", path+"\x00s")
	_, opened := blueplane.Open(path+"\x00s", blueplane.WithAccess(blueplane.Owner))
	_, inspected := store.Inspect(t.Context(), "health\x00s")
	_, listed := blueplane.Catalog("metrics\x00s")
	_, previewed := store.Preview(t.Context(), "native\x00s", []byte("{}"))
	_, named := store.IngestBytes(t.Context(), []byte("{}"), blueplane.Source("native\x00s"))
	_, placed := store.IngestBytes(t.Context(), []byte("{}"), blueplane.Source("native"), blueplane.Origin("here\x00s"))
	_, shared := store.Share(t.Context(), "2026-W07\x00s")
	result := run(t, store, blueplane.NewQuery("prompts"))
	_, written := result.Format("json\x00s")
	for i, err := range []error{asked, read, looked, published, opened, inspected, listed, previewed, named, placed, shared, written,
		store.Configure("labels\x00s", []byte(`{"version":1,"keep":false}`)), store.Consent("quality\x00s", "lead", time.Now().AddDate(0, 1, 0)),
		store.Withdraw("quality", "lead\x00s"), store.Narrow(blueplane.Lead, "team\x00s")} {
		if !errors.Is(err, blueplane.ErrInvalid) {
			t.Error(i, err)
		}
	}
	if blueplane.Feature("threads\x00s") || result.Meta("zone\x00s") != "" {
		t.Error("taken for a shorter name")
	}
	if got := run(t, store, blueplane.NewQuery("prompts")).Row(0).Int("prompts"); got != 4 {
		t.Error(got)
	}
}

// Every error code of the library has a sentinel.
func TestEveryCodeHasItsSentinel(t *testing.T) {
	catalog, err := blueplane.Catalog("errors")
	if err != nil {
		t.Fatal(err)
	}
	all := []error{blueplane.ErrInvalid, blueplane.ErrNoMemory, blueplane.ErrIO, blueplane.ErrBusy, blueplane.ErrNotFound,
		blueplane.ErrFormat, blueplane.ErrUnsupported, blueplane.ErrDenied, blueplane.ErrConsent, blueplane.ErrReadOnly,
		blueplane.ErrCorrupt, blueplane.ErrSchema, blueplane.ErrABI, blueplane.ErrCancelled, blueplane.ErrLimit, blueplane.ErrInternal}
	for row := range catalog.Rows() {
		code := int(row.Int("code"))
		matches := 0
		for _, sentinel := range all {
			if errors.Is(&blueplane.Error{Code: code}, sentinel) {
				matches++
			}
		}
		if want := min(1, -code); matches != want {
			t.Errorf("code %d has %d sentinels", code, matches)
		}
	}
}

func TestAccess(t *testing.T) {
	store := filled(t)
	if err := store.Narrow(blueplane.DevOps, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Run(t.Context(), blueplane.NewQuery("prompts")); !errors.Is(err, blueplane.ErrDenied) {
		t.Error(err)
	}
	if _, err := store.Inspect(t.Context(), "health"); err != nil {
		t.Error(err)
	}
}

func files(t *testing.T, count int) string {
	folder := t.TempDir()
	for n := range count {
		path := filepath.Join(folder, fmt.Sprintf("%d.blueplane.jsonl", n))
		if err := os.WriteFile(path, []byte(prompt("s", 6, n%60, fmt.Sprint(n))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestProgress(t *testing.T) {
	var last blueplane.Progress
	report, err := open(t).Ingest(t.Context(), files(t, 3), blueplane.OnProgress(func(p blueplane.Progress) error {
		last = p
		return nil
	}))
	if err != nil || report.FilesChanged != 3 || report.RecordsStored != 3 {
		t.Error(err, report)
	}
	if last.Phase != blueplane.Storing || last.FilesDone != 3 || last.FilesTotal != 3 {
		t.Error(last)
	}
}

func TestWhatWaits(t *testing.T) {
	store, folder := open(t), files(t, 2)
	var size int64
	for n, age := range []time.Duration{time.Minute, time.Hour} {
		path := filepath.Join(folder, fmt.Sprintf("%d.blueplane.jsonl", n))
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	pending := func(source string, wanted ...int64) blueplane.Row {
		t.Helper()
		result, err := store.Pending(t.Context(), source, folder)
		if err != nil || result.Len() != 1 {
			t.Fatal(err)
		}
		row := result.Row(0)
		if got := []int64{row.Int("files"), row.Int("pending_files"), row.Int("pending_bytes")}; !slices.Equal(got, wanted) {
			t.Error(got, wanted)
		}
		return row
	}
	if row := pending("", 2, 2, size); row.Text("source") != "native" || row.Int("pending_age") != time.Hour.Microseconds() {
		t.Error(row.Text("source"), row.Int("pending_age"))
	}
	if _, err := store.Ingest(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if row := pending("native", 2, 0, 0); row.State("pending_age") != blueplane.Empty {
		t.Error(row.Int("pending_age"))
	}
	for source, root := range map[string]string{"nothing": folder, "": filepath.Join(folder, "nowhere")} {
		if _, err := store.Pending(t.Context(), source, root); !errors.Is(err, blueplane.ErrNotFound) {
			t.Error(err)
		}
	}
}

func TestFeatures(t *testing.T) {
	for name, want := range map[string]bool{"source:native": true, "format:csv": true, "access:owner": true, "source:nothing": false, "": false} {
		if blueplane.Feature(name) != want {
			t.Error(name)
		}
	}
}

var errEnough = errors.New("enough")

func TestAnErrorOfTheCallbackComesBack(t *testing.T) {
	store, folder := open(t), files(t, 3)
	_, err := store.Ingest(t.Context(), folder, blueplane.OnProgress(func(p blueplane.Progress) error {
		if p.FilesDone == 1 {
			return errEnough
		}
		return nil
	}))
	if err != errEnough {
		t.Error(err)
	}
	report, err := store.Ingest(t.Context(), folder)
	if err != nil || report.RecordsStored != 2 {
		t.Error(err, report) // what was complete was kept
	}
}

// An error of the library that prevents keeping complete records is reported together with the callback's.
func TestAFailureIsNotHiddenByTheCallback(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	store, err := blueplane.Open(path, blueplane.WithAccess(blueplane.Owner))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	_, err = store.Ingest(t.Context(), files(t, 1), blueplane.OnProgress(func(p blueplane.Progress) error {
		if p.FilesDone == 0 {
			return nil
		}
		const damage = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('DROP TABLE prompt').connection.commit()"
		if said, err := exec.Command("python3", "-c", damage, path).CombinedOutput(); err != nil {
			t.Fatal(err, string(said))
		}
		return errEnough
	}))
	if !errors.Is(err, blueplane.ErrCorrupt) || !errors.Is(err, errEnough) {
		t.Error(err)
	}
}

func TestAPanicOfTheCallbackGoesOn(t *testing.T) {
	store, folder := open(t), files(t, 1)
	func() {
		defer func() {
			if recover() != errEnough {
				t.Error("it was lost")
			}
		}()
		store.Ingest(t.Context(), folder, blueplane.OnProgress(func(blueplane.Progress) error { panic(errEnough) }))
	}()
	if report, err := store.Ingest(t.Context(), folder); err != nil || report.RecordsStored != 1 {
		t.Error(err, report)
	}
}

// The panic is raised by Open, not by the next call.
func TestAPanicOfTheClockGoesOnInOpen(t *testing.T) {
	defer func() {
		if recover() != errEnough {
			t.Error("it was lost")
		}
	}()
	blueplane.Open("", blueplane.InMemory(), blueplane.WithClock(func() time.Time { panic(errEnough) }))
}

// Goexit, as called by testing.T.FailNow, ends the goroutine, and the store stays usable.
func TestACallbackThatExits(t *testing.T) {
	exits, folder := false, files(t, 1)
	store := open(t, blueplane.WithClock(func() time.Time {
		if exits {
			runtime.Goexit()
		}
		return now
	}))
	for _, call := range []func(){
		func() {
			store.Ingest(t.Context(), folder, blueplane.OnProgress(func(blueplane.Progress) error { runtime.Goexit(); return nil }))
		},
		func() { exits = true; store.Run(t.Context(), blueplane.NewQuery("prompts").Period("today", "")) },
	} {
		over, returned := make(chan struct{}), false
		go func() {
			defer close(over)
			call()
			returned = true
		}()
		<-over
		if returned {
			t.Error("the goroutine went on")
		}
		exits = false
	}
	used := make(chan error)
	go func() {
		_, err := store.Ingest(t.Context(), folder)
		used <- err
	}()
	select {
	case err := <-used:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the store is still in the call that ended")
	}
}

func TestAContextThatEndsCancels(t *testing.T) {
	store, folder := open(t), files(t, 500)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := store.Ingest(ctx, folder, blueplane.OnProgress(func(p blueplane.Progress) error {
		if p.FilesDone > 100 {
			cancel(errEnough)
			time.Sleep(time.Millisecond)
		}
		return nil
	}))
	if !errors.Is(err, blueplane.ErrCancelled) || !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	if _, err := store.Run(ctx, blueplane.NewQuery("prompts")); !errors.Is(err, blueplane.ErrCancelled) {
		t.Error("an ended context asks nothing")
	}
	if _, err := store.Ingest(t.Context(), folder); err != nil {
		t.Error(err) // later calls are not cancelled
	}
	if got := run(t, store, blueplane.NewQuery("prompts")).Row(0).Int("prompts"); got != 500 {
		t.Error(got)
	}
}

func TestAContextThatEndsWhileAnotherCallRuns(t *testing.T) {
	store := open(t)
	_, err := store.IngestBytes(t.Context(), week(), blueplane.Source("native"), blueplane.OnProgress(func(blueplane.Progress) error {
		ctx, cancel := context.WithCancelCause(t.Context())
		told := make(chan error)
		go func() {
			_, err := store.Inspect(ctx, "health")
			told <- err
		}()
		cancel(errEnough)
		select {
		case err := <-told:
			if !errors.Is(err, blueplane.ErrCancelled) || !errors.Is(err, errEnough) {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Error("it waits for the call of another")
			go func() { <-told }()
		}
		return nil
	}))
	if err != nil {
		t.Error(err)
	}
	if err := new(blueplane.Store).Close(); err != nil {
		t.Error(err)
	}
	if _, err := new(blueplane.Store).Inspect(t.Context(), "health"); !errors.Is(err, blueplane.ErrInvalid) {
		t.Error(err)
	}
}

func TestInsideAnotherDocument(t *testing.T) {
	query := blueplane.NewQuery("prompts").By("time.day").Period("2026-03-02/2026-03-03", "")
	document, err := json.Marshal(map[string]any{"query": query, "answer": run(t, filled(t), query)})
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Query  struct{ Metrics []string }
		Answer struct{ Rows []map[string]any }
	}
	if err := json.Unmarshal(document, &read); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(read.Query.Metrics, []string{"prompts"}) {
		t.Error(string(document))
	}
	if said := fmt.Sprint(read.Answer.Rows); said != "[map[prompts:3 time.day:2026-03-02] map[prompts:0 time.day:2026-03-03]]" {
		t.Error(said)
	}
}

func TestClosed(t *testing.T) {
	store := filled(t)
	result := run(t, store, blueplane.NewQuery("prompts"))
	if store.Close() != nil || store.Close() != nil {
		t.Error("closing twice is fine")
	}
	if _, err := store.Run(t.Context(), blueplane.NewQuery("prompts")); !errors.Is(err, blueplane.ErrInvalid) {
		t.Error(err)
	}
	if result.Row(0).Int("prompts") != 4 {
		t.Error("a result outlives its store")
	}
}

func TestGoroutinesOnOneStoreAndOnMany(t *testing.T) {
	shared := open(t)
	var all sync.WaitGroup
	for worker := range 8 {
		own := open(t)
		all.Add(1)
		go func() {
			defer all.Done()
			for turn := range 20 {
				data := []byte(prompt(fmt.Sprint(worker), 6, turn, fmt.Sprint(worker, "-", turn)))
				for _, store := range []*blueplane.Store{own, shared} {
					if _, err := store.IngestBytes(context.Background(), data, blueplane.Source("native")); err != nil {
						t.Error(err)
					}
				}
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(turn)*50*time.Microsecond)
				shared.Run(ctx, blueplane.NewQuery("prompts").By("session"))
				cancel()
				result, err := own.Run(context.Background(), blueplane.NewQuery("prompts"))
				if err != nil || result.Row(0).Int("prompts") != int64(turn+1) {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	if got := run(t, shared, blueplane.NewQuery("prompts")).Row(0).Int("prompts"); got != 160 {
		t.Error(got)
	}
}

func resident(t *testing.T) int {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no way to measure here")
	}
	var total, pages int
	fmt.Sscan(string(raw), &total, &pages)
	return pages * os.Getpagesize()
}

// Makes and drops 10,000 results, after enough for each OS thread to have allocated its heap.
func TestNothingGrows(t *testing.T) {
	if race {
		t.Skip("the race detector keeps books of its own")
	}
	store, start := filled(t), 0
	for turn := range 30000 {
		run(t, store, blueplane.NewQuery("prompts").By("platform")).Ints("prompts")
		if turn%1000 == 999 {
			runtime.GC()
			runtime.GC()
		}
		if turn == 20000 {
			start = resident(t)
		}
	}
	time.Sleep(50 * time.Millisecond)
	if grown := resident(t) - start; grown > 8<<20 {
		t.Errorf("%d bytes", grown)
	}
}

// Stores that are never closed are closed when they are collected.
func TestForgottenStores(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	for range 50 {
		if _, err := blueplane.Open(path, blueplane.WithAccess(blueplane.Owner), blueplane.WithClock(time.Now)); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
	}
}

func TestClockThatPanics(t *testing.T) {
	working := true
	store := open(t, blueplane.WithClock(func() time.Time {
		if !working {
			panic("no time")
		}
		return now
	}))
	working = false
	func() {
		defer func() {
			if why := recover(); why != "no time" {
				t.Error("the panic came back as", why)
			}
		}()
		store.Run(t.Context(), blueplane.NewQuery("prompts").Period("today", ""))
	}()
	working = true
	if got := run(t, store, blueplane.NewQuery("prompts").Period("today", "")).Row(0).Int("prompts"); got != 0 {
		t.Error(got)
	}
}

// The memory of a call is freed, even if a panic replaces its return.
func TestAPanicOfTheClockLosesNoMemory(t *testing.T) {
	if race {
		t.Skip("the race detector keeps books of its own")
	}
	working := true
	store := open(t, blueplane.WithClock(func() time.Time {
		if !working {
			panic("no time")
		}
		return now
	}))
	query, start := blueplane.NewQuery("prompts", "responses", "tool_calls").By("time.day").Period("1990-01-01/2026-12-31", ""), 0
	if rows := run(t, store, query).Len(); rows < 10000 {
		t.Fatal(rows, "days") // some hundred KiB
	}
	working = false
	for turn := range 120 { // the first ones let each OS thread allocate its heap
		func() {
			defer func() { recover() }()
			store.Run(t.Context(), query)
		}()
		runtime.GC()
		if turn == 40 {
			start = resident(t)
		}
	}
	working = true
	if grown := resident(t) - start; grown > 32<<20 {
		t.Errorf("%d bytes", grown)
	}
}
