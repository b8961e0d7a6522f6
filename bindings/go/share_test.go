package blueplane_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

func reason(err error) string {
	var e *blueplane.Error
	if errors.As(err, &e) {
		return e.Details["reason"]
	}
	return ""
}

// value returns the value of a row in a table of names and values, or the first of a column.
func value(t *testing.T, result *blueplane.Result, err error, name string) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if result.Index(name) >= 0 {
		return result.Row(0).Text(name)
	}
	for row := range result.Rows() {
		if row.Text("name") == name {
			return row.Text("value")
		}
	}
	t.Fatal("nothing of that name: ", name)
	return ""
}

func TestErase(t *testing.T) {
	store := filled(t)
	before := run(t, store, blueplane.NewQuery("prompts")).Row(0).Int("prompts")
	if _, err := store.Erase(t.Context(), blueplane.Selection{Source: "nothing"}); !errors.Is(err, blueplane.ErrNotFound) {
		t.Error(err)
	}
	receipt, err := store.Erase(t.Context(), blueplane.Selection{From: time.Unix(0, 0), Until: time.Unix(1, 0)})
	if err != nil || receipt.Len() == 0 || run(t, store, blueplane.NewQuery("prompts")).Row(0).Int("prompts") != before {
		t.Error(err)
	}
	if _, err := store.Erase(t.Context(), blueplane.Selection{Everything: true}); err != nil {
		t.Error(err)
	}
	if left := run(t, store, blueplane.NewQuery("prompts")).Row(0).Int("prompts"); left != 0 {
		t.Error(left)
	}
}

func TestConsent(t *testing.T) {
	store := filled(t)
	now := time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)
	if err := store.Consent("activity", "lead", now.AddDate(0, 0, 30)); err != nil {
		t.Fatal(err)
	}
	if err := store.Withdraw("activity", "lead"); err != nil {
		t.Fatal(err)
	}
	said, err := store.Inspect(t.Context(), "consent")
	if err != nil || strings.Join(said.Texts("state"), " ") != "replaced revoked" {
		t.Error(err, said.Texts("state"))
	}
	if err := store.Consent("nothing", "lead", now); !errors.Is(err, blueplane.ErrNotFound) {
		t.Error(err)
	}
}

// A team's week from sharing to reading the release.
func TestATeamsWeek(t *testing.T) {
	const week = "2026-W10"
	ctx, folder := t.Context(), t.TempDir()
	now := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	opened := func(name string, access blueplane.Access) *blueplane.Store {
		store, err := blueplane.Open(filepath.Join(folder, name), blueplane.WithAccess(access),
			blueplane.WithClock(func() time.Time { return now }))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	inspect := func(store *blueplane.Store, topic, name string) string {
		result, err := store.Inspect(ctx, topic)
		return value(t, result, err, name)
	}
	team := opened("team.db", blueplane.Steward)
	type member struct {
		ID      string   `json:"id"`
		Team    string   `json:"team"`
		Devices []string `json:"devices"`
	}
	var people []*blueplane.Store
	var members []member
	for n, name := range []string{"a", "b", "c"} {
		person := opened(name+".db", blueplane.Owner)
		var events strings.Builder
		for minute := range 40 + n {
			events.WriteString(prompt(name, 2, minute, fmt.Sprint(name, minute)))
		}
		if _, err := person.IngestBytes(ctx, []byte(events.String()), blueplane.Source("native")); err != nil {
			t.Fatal(err)
		}
		if _, err := person.Share(ctx, week); reason(err) != "not_joined" {
			t.Error(err)
		}
		people = append(people, person)
		members = append(members, member{name, "core", []string{inspect(person, "identity", "device")}})
	}
	roster, err := json.Marshal(map[string]any{"blueplane.roster": 1, "organisation": "acme", "teams": []string{"core"},
		"members": members})
	if err != nil {
		t.Fatal(err)
	}
	if err := team.Configure("roster", roster); err != nil {
		t.Fatal(err)
	}
	invitation, signed := inspect(team, "invitation", "document"), inspect(team, "rosters", "document")
	for _, person := range people {
		if err := errors.Join(person.Configure("invitation", []byte(invitation)), person.Configure("roster", []byte(signed))); err != nil {
			t.Fatal(err)
		}
		wants := func(people int) error {
			return person.Configure("sharing", fmt.Appendf(nil, `{"version":1,"minimum":%d}`, people))
		}
		var few *blueplane.Error
		if err := wants(4); err != nil {
			t.Fatal(err)
		}
		if _, err := person.Share(ctx, week); !errors.As(err, &few) || reason(err) != "too_few" || few.Details["minimum"] != "4" {
			t.Error(err)
		}
		if err := wants(3); err != nil {
			t.Fatal(err)
		}
		bundle, err := person.Share(ctx, week)
		if err != nil {
			t.Fatal(err)
		}
		for _, outcome := range []string{"added", "known"} {
			merged, err := team.Merge(ctx, bundle)
			if got := value(t, merged, err, "outcome"); got != outcome {
				t.Error(got)
			}
		}
		touched := bytes.Clone(bundle)
		touched[len(touched)-1] ^= 1
		if _, err := team.Merge(ctx, touched); reason(err) != "seal" || !errors.Is(err, blueplane.ErrDenied) {
			t.Error(err)
		}
	}
	release := filepath.Join(folder, "acme.release")
	if _, err := team.Publish(ctx, week, release); reason(err) != "open" {
		t.Error(err)
	}
	now = time.Date(2026, 3, 13, 0, 0, 0, 0, time.UTC)
	published, err := team.Publish(ctx, week, release)
	if got := value(t, published, err, "outcome"); got != "published" {
		t.Error(got)
	}
	document, err := os.ReadFile(release)
	if err != nil {
		t.Fatal(err)
	}
	described, err := blueplane.Describe(document)
	if got := value(t, described, err, "window"); got != week {
		t.Error(got)
	}
	reader := opened("acme.release", blueplane.Research)
	told, err := reader.Run(ctx, blueplane.NewQuery("prompts").Period("all", ""))
	if err != nil {
		t.Fatal(err)
	}
	if row := told.Row(0); row.Int("prompts.at_least") > 40+41+42 || row.Int("prompts.at_most") < 40+41+42 {
		t.Error(row.Int("prompts"))
	}
	if _, err := reader.Run(ctx, blueplane.NewQuery("prompts").By("session")); !errors.Is(err, blueplane.ErrDenied) {
		t.Error(err)
	}
	file := filepath.Join(folder, "core.lead")
	written, err := team.PublishLead(ctx, week, "core", file)
	if got := value(t, written, err, "team"); got != "core" || written.Row(0).Int("members") != 0 { // nobody agreed
		t.Error(got)
	}
	if info, err := os.Stat(file); err != nil || info.Size() != written.Row(0).Int("bytes") {
		t.Error(err)
	}
	lead, err := opened("core.lead", blueplane.Lead).Run(ctx, blueplane.NewQuery("prompts").Period("all", ""))
	if err != nil {
		t.Fatal(err)
	}
	if row := lead.Row(0); row.Int("prompts.at_least") > 123 || row.Int("prompts.at_most") < 123 {
		t.Error(row.Int("prompts"))
	}
	if again, err := team.PublishLead(ctx, week, "core", ""); err != nil || again.Len() != 1 { // without writing a file
		t.Error(err)
	}
	if _, err := team.PublishLead(ctx, "2026-W09", "core", ""); reason(err) != "unpublished" {
		t.Error(err)
	}
	// Publishing deleted the member's numbers; the record that there is no consent stays.
	if receipt, err := team.Erase(ctx, blueplane.Selection{Subject: "a"}); err != nil || receipt.Len() == 0 {
		t.Error(err)
	}
	if _, err := team.Erase(ctx, blueplane.Selection{Subject: "a"}); !errors.Is(err, blueplane.ErrNotFound) {
		t.Error(err)
	}
	if _, err := team.Erase(ctx, blueplane.Selection{Published: week}); err != nil {
		t.Error(err)
	}
	if left, err := team.PublishLead(ctx, week, "core", ""); err != nil || left.Row(0).Int("cells") != 0 {
		t.Error(err)
	}
}

// Values from columns equal those of the JSON form.
func TestColumnsOfEveryType(t *testing.T) {
	store := filled(t)
	result := run(t, store, blueplane.NewQuery("prompts", "tool_success_rate", "last_activity").By("platform"))
	raw, err := result.Format("json")
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Rows []map[string]any }
	if err := json.Unmarshal(raw, &document); err != nil || len(document.Rows) != result.Len() {
		t.Fatal(err)
	}
	for n, want := range document.Rows {
		row := result.Row(n)
		for name, cell := range want {
			switch got := row.Value(name).(type) {
			case time.Time:
				if got.Format("2006-01-02T15:04:05Z") != cell {
					t.Error(name, got, cell)
				}
			case int64:
				if float64(got) != cell {
					t.Error(name, got, cell)
				}
			default:
				if got != cell {
					t.Error(name, got, cell)
				}
			}
		}
	}
}
