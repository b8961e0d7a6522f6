package arrow_test

import (
	"context"
	"fmt"
	"log"
	"runtime"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
	"github.com/libblueplane/libblueplane/bindings/go/arrow"
)

const events = `{"blueplane":1,"kind":"prompt","platform":"mytool","session":"a","id":"1","time":"2026-03-02T09:00:00Z"}
{"blueplane":1,"kind":"prompt","platform":"other","session":"b","id":"2","time":"2026-03-02T09:00:00Z"}
{"blueplane":1,"kind":"prompt","platform":"other","session":"b","id":"3","time":"2026-03-03T09:00:00Z"}
`

func answer() *blueplane.Result {
	march := func() time.Time { return time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC) }
	store, err := blueplane.Open("", blueplane.InMemory(), blueplane.WithAccess(blueplane.Owner), blueplane.WithClock(march))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	if _, err := store.IngestBytes(context.Background(), []byte(events), blueplane.Source("native")); err != nil {
		log.Fatal(err)
	}
	result, err := store.Run(context.Background(), blueplane.NewQuery("prompts", "tool_success_rate").By("platform"))
	if err != nil {
		log.Fatal(err)
	}
	return result
}

func Example() {
	records, err := arrow.Records(answer())
	if err != nil {
		log.Fatal(err)
	}
	defer records.Release()
	for records.Next() {
		record := records.Record()
		names, prompts := record.Column(0).(*array.String), record.Column(1).(*array.Int64)
		for i := range int(record.NumRows()) {
			fmt.Println(names.Value(i), prompts.Value(i), record.Column(2).IsNull(i))
		}
	}
	// Output:
	// mytool 1 true
	// other 2 true
}

// A result, its store and its Go values are freed in any order.
func TestMemory(t *testing.T) {
	for range 200 {
		records, err := arrow.Records(answer())
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		if !records.Next() || records.Record().NumRows() != 2 {
			t.Fatal(records.Err())
		}
		records.Release()
	}
}
