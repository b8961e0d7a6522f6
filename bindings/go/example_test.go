package blueplane_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

const events = `{"blueplane":1,"kind":"prompt","platform":"mytool","session":"7f3c","id":"1","time":"2026-03-02T09:00:00Z"}
{"blueplane":1,"kind":"response","platform":"mytool","session":"7f3c","id":"2","time":"2026-03-02T09:00:05Z","model":"claude-sonnet-4-5","input_tokens":12,"output_tokens":340}
{"blueplane":1,"kind":"prompt","platform":"mytool","session":"7f3c","id":"3","time":"2026-03-03T10:00:00Z"}
`

func openExample() *blueplane.Store {
	march := func() time.Time { return time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC) }
	store, err := blueplane.Open("", blueplane.InMemory(), blueplane.WithAccess(blueplane.Owner), blueplane.WithClock(march))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := store.IngestBytes(context.Background(), []byte(events), blueplane.Source("native")); err != nil {
		log.Fatal(err)
	}
	return store
}

func Example() {
	store := openExample()
	defer store.Close()
	query := blueplane.NewQuery("prompts", "output_tokens").By("time.day").Period("7d", "Europe/Berlin")
	result, err := store.Run(context.Background(), query)
	if err != nil {
		log.Fatal(err)
	}
	for row := range result.Rows() {
		if row.Int("prompts") > 0 {
			fmt.Println(row.Text("time.day"), row.Int("prompts"), row.Int("output_tokens"))
		}
	}
	// Output:
	// 2026-03-02 1 340
	// 2026-03-03 1 0
}

func ExampleError() {
	store := openExample()
	defer store.Close()
	_, err := store.Run(context.Background(), blueplane.NewQuery("promts"))
	var e *blueplane.Error
	if errors.Is(err, blueplane.ErrNotFound) && errors.As(err, &e) {
		fmt.Printf("no metric %q; did you mean %s?\n", e.Details["metric"], e.Hint())
	}
	// Output: no metric "promts"; did you mean prompts?
}

func ExampleResult_Format() {
	store := openExample()
	defer store.Close()
	result, err := store.Run(context.Background(), blueplane.NewQuery("prompts").By("platform"))
	if err != nil {
		log.Fatal(err)
	}
	csv, err := result.Format("csv")
	fmt.Printf("%q %v\n", csv, err)
	// Output: "platform,prompts\r\nmytool,2\r\n" <nil>
}

func ExampleStore_Ingest() {
	store := openExample()
	defer store.Close()
	report, err := store.IngestBytes(context.Background(), []byte(events+"not an event\n"), blueplane.Source("native"))
	fmt.Println(report.RecordsDuplicate, report.RecordsRejected, err)
	// Output: 3 1 <nil>
}
