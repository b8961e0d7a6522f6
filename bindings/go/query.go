package blueplane

// #include <stdlib.h>
// #include <blueplane/blueplane.h>
import "C"

import (
	"math"
	"runtime"
	"strconv"
	"time"
	"unsafe"
)

// A Query selects metrics, a range, dimensions, filters and a baseline. Its methods return the query itself; Run
// reports the first of them that failed. A query must be built by one goroutine.
type Query struct {
	query *C.bp_query
	err   error
}

func ownQuery(query *C.bp_query) *Query {
	q := &Query{query: query}
	runtime.AddCleanup(q, func(query *C.bp_query) { C.bp_query_free(query) }, query)
	return q
}

// NewQuery begins a query of metrics, by id or number.
func NewQuery(metrics ...string) *Query {
	var query *C.bp_query
	var failed *C.bp_error
	if err := failure(C.bp_query_new(&query, &failed), failed); err != nil {
		return &Query{err: err}
	}
	return ownQuery(query).Metric(metrics...)
}

// QueryFromJSON reads the JSON form of a query, as in docs/formats/query.md.
func QueryFromJSON(document []byte) (*Query, error) {
	var query *C.bp_query
	var failed *C.bp_error
	text := (*C.char)(unsafe.Pointer(unsafe.SliceData(document)))
	if err := failure(C.bp_query_from_json(&query, text, C.size_t(len(document)), &failed), failed); err != nil {
		return nil, err
	}
	return ownQuery(query), nil
}

// with calls a function of the builder with the arguments as C strings; "" is NULL. If the function fails, the query
// stores the error and reports it when it is run or written as JSON.
func (q *Query) with(do func(texts []*C.char) C.int, arguments ...string) *Query {
	if q.err == nil {
		q.err = whole(arguments...)
	}
	if q.err != nil {
		return q
	}
	texts := make([]*C.char, len(arguments))
	for i, argument := range arguments {
		if argument != "" {
			texts[i] = C.CString(argument)
			defer C.free(unsafe.Pointer(texts[i]))
		}
	}
	do(texts)
	runtime.KeepAlive(q)
	return q
}

// Metric adds metrics.
func (q *Query) Metric(metrics ...string) *Query {
	for _, metric := range metrics {
		q.with(func(t []*C.char) C.int { return C.bp_query_metric(q.query, t[0]) }, metric)
	}
	return q
}

// By groups by dimensions.
func (q *Query) By(dimensions ...string) *Query {
	for _, dimension := range dimensions {
		q.with(func(t []*C.char) C.int { return C.bp_query_by(q.query, t[0]) }, dimension)
	}
	return q
}

// Where adds a filter; op is "=" or "!=".
func (q *Query) Where(dimension, op, value string) *Query {
	return q.with(func(t []*C.char) C.int { return C.bp_query_where(q.query, t[0], t[1], t[2]) }, dimension, op, value)
}

// Period sets the range by name: "today", "28d", "2026-07-01/2026-07-31", "all", ... A zone of "" is UTC.
func (q *Query) Period(period, zone string) *Query {
	return q.with(func(t []*C.char) C.int { return C.bp_query_period(q.query, t[0], t[1]) }, period, zone)
}

// Between sets the range by instants on quarters of an hour; until is not included, a zero time leaves that end open.
func (q *Query) Between(from, until time.Time, zone string) *Query {
	first, last := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		first = from.UnixMicro()
	}
	if !until.IsZero() {
		last = until.UnixMicro()
	}
	return q.with(func(t []*C.char) C.int {
		return C.bp_query_range(q.query, C.int64_t(first), C.int64_t(last), t[0])
	}, zone)
}

// Compare adds baseline, difference and relative difference: "previous", "year", "average", ...
func (q *Query) Compare(baseline string) *Query {
	return q.with(func(t []*C.char) C.int { return C.bp_query_compare(q.query, t[0]) }, baseline)
}

// Set sets an option: "week_start", "order", "limit".
func (q *Query) Set(key, value string) *Query {
	return q.with(func(t []*C.char) C.int { return C.bp_query_set(q.query, t[0], t[1]) }, key, value)
}

// Order sorts by a column; with "-" in front, the greatest comes first.
func (q *Query) Order(column string) *Query { return q.Set("order", column) }

// Limit keeps at most that many rows.
func (q *Query) Limit(rows int) *Query { return q.Set("limit", strconv.Itoa(rows)) }

// MarshalJSON returns what JSON does.
func (q *Query) MarshalJSON() ([]byte, error) { return q.JSON() }

// JSON returns the canonical JSON form: the same query always gives the same bytes.
func (q *Query) JSON() ([]byte, error) {
	if q.err != nil {
		return nil, q.err
	}
	var out *C.char
	var length C.size_t
	var failed *C.bp_error
	err := failure(C.bp_query_to_json(&out, &length, q.query, &failed), failed)
	runtime.KeepAlive(q)
	if err != nil {
		return nil, err
	}
	return taken(unsafe.Pointer(out), length), nil
}
