// The Go half of tests/bench/bindings.py: moves the same rows out of the library and out of SQLite's driver.
//
//	PROGRAM STORE SQL ROUNDS
//
// Prints a line for each measurement: table, name, seconds. Built with the tag libsqlite3, so that the process has one copy of SQLite.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	_ "github.com/mattn/go-sqlite3"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
	"github.com/libblueplane/libblueplane/bindings/go/arrow"
)

type row struct {
	session string
	prompts int64
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func fromDriver(db *sql.DB, question string) (all []row) {
	rows := must(db.Query(question))
	defer rows.Close()
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.session, &r.prompts); err != nil {
			log.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func fromRows(result *blueplane.Result) (all []row) {
	for r := range result.Rows() {
		all = append(all, row{r.Text("session"), r.Int("prompts")})
	}
	return all
}

func fromArrow(result *blueplane.Result) (count int64) {
	reader := must(arrow.Records(result))
	defer reader.Release()
	for reader.Next() {
		count += reader.Record().NumRows()
	}
	return count
}

func same(a, b []row) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) > 0
}

type candidate struct {
	table, name string
	act         func()
}

func main() {
	path, question, rounds := os.Args[1], os.Args[2], must(strconv.Atoi(os.Args[3]))
	ctx := context.Background()
	store := must(blueplane.Open(path, blueplane.WithAccess(blueplane.Owner)))
	defer store.Close()
	db := must(sql.Open("sqlite3", "file:"+path+"?mode=ro"))
	db.SetMaxOpenConns(1) // the temporary table belongs to a connection
	query := blueplane.NewQuery("prompts").By("session").Period("all", "")
	result := must(store.Run(ctx, query))
	if !same(fromDriver(db, question), fromRows(result)) {
		log.Fatal("the answers differ")
	}
	must(db.Exec("CREATE TEMP TABLE answer AS " + question))
	const moving, asking = "moving the rows alone, Go", "question and rows, Go"
	candidates := []candidate{
		{moving, "go-sqlite3", func() { fromDriver(db, "SELECT session, prompts FROM answer") }},
		{moving, "rows", func() { fromRows(result) }},
		{moving, "columns", func() { result.Texts("session"); result.Ints("prompts") }},
		{moving, "Arrow", func() { fromArrow(result) }},
		{asking, "go-sqlite3", func() { fromDriver(db, question) }},
		{asking, "rows", func() { fromRows(must(store.Run(ctx, query))) }},
		{asking, "Arrow", func() { fromArrow(must(store.Run(ctx, query))) }},
	}
	for turn := range rounds + 1 {
		for _, c := range candidates {
			began := time.Now()
			c.act()
			if took := time.Since(began); turn > 0 {
				fmt.Printf("%s\t%s\t%g\n", c.table, c.name, took.Seconds())
			}
		}
	}
}
