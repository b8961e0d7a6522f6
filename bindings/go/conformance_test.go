package blueplane_test

import (
	"bytes"
	"context"
	"encoding/hex"
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

const root = "../.."

type step struct {
	Ingest, Source, Configure, Document, Narrow, Consent, Withdraw, Share, Merge, Publish string

	PublishLead string `json:"publish_lead"`
	Team        string

	Until int64 `json:"until_us"`
	Erase *blueplane.Selection
}

type conformanceCase struct {
	Name, Key, Format, Access string
	Now                       int64
	Steps                     []step
	Call                      struct {
		Query                               json.RawMessage
		Inspect, Catalog, Preview, Describe string
		Pending, Source                     string
	}
}

var accesses = map[string]blueplane.Access{"none": blueplane.None, "owner": blueplane.Owner, "lead": blueplane.Lead,
	"manager": blueplane.Manager, "devops": blueplane.DevOps, "research": blueplane.Research, "steward": blueplane.Steward}

func take(store *blueplane.Store, s step) error {
	ctx := context.Background()
	var err error
	switch {
	case s.Ingest != "":
		var data []byte
		if data, err = os.ReadFile(filepath.Join(root, s.Ingest)); err == nil {
			_, err = store.IngestBytes(ctx, data, blueplane.Source(s.Source), blueplane.Origin(s.Ingest))
		}
	case s.Merge != "":
		var data []byte
		if data, err = os.ReadFile(filepath.Join(root, s.Merge)); err == nil {
			_, err = store.Merge(ctx, data)
		}
	case s.Configure != "":
		err = store.Configure(s.Configure, []byte(s.Document))
	case s.Consent != "":
		err = store.Consent(s.Consent, "lead", time.UnixMicro(s.Until))
	case s.Withdraw != "":
		err = store.Withdraw(s.Withdraw, "lead")
	case s.Erase != nil:
		_, err = store.Erase(ctx, *s.Erase)
	case s.Share != "":
		_, err = store.Share(ctx, s.Share)
	case s.Publish != "":
		_, err = store.Publish(ctx, s.Publish, "")
	case s.PublishLead != "":
		_, err = store.PublishLead(ctx, s.PublishLead, s.Team, "")
	default:
		err = store.Narrow(accesses[s.Narrow], "")
	}
	return err
}

func (c *conformanceCase) ask(store *blueplane.Store) (*blueplane.Result, error) {
	ctx := context.Background()
	switch {
	case c.Call.Inspect != "":
		return store.Inspect(ctx, c.Call.Inspect)
	case c.Call.Catalog != "":
		return blueplane.Catalog(c.Call.Catalog)
	case c.Call.Pending != "":
		return store.Pending(ctx, c.Call.Source, filepath.Join(root, c.Call.Pending))
	case c.Call.Preview != "":
		data, err := os.ReadFile(filepath.Join(root, c.Call.Preview))
		if err != nil {
			return nil, err
		}
		return store.Preview(ctx, "", data)
	case c.Call.Describe != "":
		data, err := os.ReadFile(filepath.Join(root, c.Call.Describe))
		if err != nil {
			return nil, err
		}
		return blueplane.Describe(data)
	}
	query, err := blueplane.QueryFromJSON(c.Call.Query)
	if err != nil {
		return nil, err
	}
	return store.Run(ctx, query)
}

func (c *conformanceCase) run(folder string) ([]byte, error) {
	key, err := hex.DecodeString(c.Key)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "key")
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return nil, err
	}
	if c.Access == "" {
		c.Access = "owner"
	}
	store, err := blueplane.Open(filepath.Join(folder, "store.db"), blueplane.WithAccess(accesses[c.Access]),
		blueplane.WithKeyFile(path), blueplane.WithClock(func() time.Time { return time.UnixMicro(c.Now) }))
	if err != nil {
		return nil, err
	}
	defer store.Close()
	for _, s := range c.Steps {
		if err := take(store, s); err != nil {
			return nil, err
		}
	}
	result, err := c.ask(store)
	if err != nil {
		return nil, err
	}
	if c.Format == "" {
		c.Format = "json"
	}
	return result.Format(c.Format)
}

// The cases of tests/conformance: Go prints the same bytes as C.
func TestConformance(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "tests/conformance/cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformanceCase
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) == 0 {
		t.Fatal(err, len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			got, err := c.run(t.TempDir())
			var e *blueplane.Error
			if errors.As(err, &e) {
				told := []string{fmt.Sprintf("error %d", e.Code)}
				for _, key := range []string{"metric", "dimension", "name", "zone", "topic", "allowed", "reason"} {
					if value, there := e.Details[key]; there {
						told = append(told, key+": "+value)
					}
				}
				got = []byte(strings.Join(told, "\n") + "\n")
			} else if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(root, "tests/conformance/expected", c.Name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got %.600s\nwant %.600s", got, want)
			}
		})
	}
}
