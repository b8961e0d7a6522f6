package blueplane

// #include <stdlib.h>
// #include <blueplane/arrow.h>
// #include <blueplane/blueplane.h>
//
// static int batch_of(bp_result *result, struct ArrowArray *batch, bp_error **failed) {
//   struct ArrowArrayStream stream;
//   int rc = bp_result_arrow(&stream, result, failed);
//   if (rc != BP_OK) return rc;
//   if (stream.get_next(&stream, batch) != 0) rc = BP_ERR_NOMEM;
//   stream.release(&stream);
//   return rc;
// }
// static void release_batch(struct ArrowArray *batch) {
//   batch->release(batch);
//   free(batch);
// }
// static const void *buffer_of(const struct ArrowArray *batch, size_t column, size_t buffer) {
//   return batch->children[column]->buffers[buffer];
// }
import "C"

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"
)

// State says whether a cell has a value, and if not, why.
type State int

// The states. A lower bound is a value; the true number is at least that.
const (
	HasValue   State = C.BP_CELL_VALUE
	Empty      State = C.BP_CELL_EMPTY
	Withheld   State = C.BP_CELL_WITHHELD
	Uncovered  State = C.BP_CELL_UNCOVERED
	LowerBound State = C.BP_CELL_LOWER_BOUND
)

func (s State) String() string {
	switch s {
	case HasValue:
		return "value"
	case Empty:
		return "empty"
	case Withheld:
		return "withheld"
	case Uncovered:
		return "uncovered"
	case LowerBound:
		return "lower_bound"
	}
	return "unknown"
}

// Type is the type of a column's values.
type Type int

// The types.
const (
	Bool Type = C.BP_TYPE_BOOL
	Int  Type = C.BP_TYPE_INT
	Real Type = C.BP_TYPE_REAL
	Text Type = C.BP_TYPE_TEXT
	Time Type = C.BP_TYPE_TIME
)

func (t Type) String() string {
	switch t {
	case Bool:
		return "bool"
	case Int:
		return "int"
	case Real:
		return "real"
	case Text:
		return "text"
	case Time:
		return "time"
	}
	return "unknown"
}

// Column is what is known about a column.
type Column struct {
	Index                                       int
	Name                                        string
	Type                                        Type
	Title, Role, Of, Unit, Definition, Estimate string
}

// A Result is an immutable table; many goroutines may read it. It outlives its store, and is freed when it is collected.
type Result struct {
	result  *C.bp_result
	rows    int
	columns []Column
	byName  map[string]int
	once    sync.Once
	cells   []cells
}

// cells is a column in the result's own memory: reading it needs no call of the library.
type cells struct {
	valid  []byte // a bitmap; nil: all are valid
	bools  []byte // a bitmap
	ints   []int64
	reals  []float64
	starts []int32
	bytes  []byte
}

func (c *cells) has(row int) bool { return c.valid == nil || c.valid[row/8]>>(row%8)&1 == 1 }

func newResult(result *C.bp_result) *Result {
	r := &Result{result: result, rows: int(C.bp_result_rows(result)), byName: map[string]int{}}
	runtime.AddCleanup(r, func(result *C.bp_result) { C.bp_result_free(result) }, result)
	for i := range int(C.bp_result_columns(result)) {
		about := func(key string) string {
			name := C.CString(key)
			defer C.free(unsafe.Pointer(name))
			return C.GoString(C.bp_result_column(result, C.size_t(i), name))
		}
		c := Column{i, about("name"), Type(C.bp_result_type(result, C.size_t(i))), about("title"), about("role"),
			about("of"), about("unit"), about("definition"), about("estimate")}
		r.columns = append(r.columns, c)
		r.byName[c.Name] = i
	}
	return r
}

// Catalog returns what the library knows, as a result: "metrics", "dimensions", "sources", "formats", "errors", ...
func Catalog(topic string) (*Result, error) {
	if err := whole(topic); err != nil {
		return nil, err
	}
	name := C.CString(topic)
	defer C.free(unsafe.Pointer(name))
	var out *C.bp_result
	var failed *C.bp_error
	if err := failure(C.bp_catalog(&out, name, &failed), failed); err != nil {
		return nil, err
	}
	return newResult(out), nil
}

// Len returns the number of rows.
func (r *Result) Len() int { return r.rows }

// Columns returns the columns in order.
func (r *Result) Columns() []Column { return slices.Clone(r.columns) }

// Index returns the position of a column, or -1 if there is none with that name.
func (r *Result) Index(column string) int {
	if i, there := r.byName[column]; there {
		return i
	}
	return -1
}

// Meta returns a property of the whole result: "from", "until", "zone", "coverage", "prices", "notes", ...
func (r *Result) Meta(key string) string {
	if whole(key) != nil {
		return ""
	}
	name := C.CString(key)
	defer C.free(unsafe.Pointer(name))
	defer runtime.KeepAlive(r)
	return C.GoString(C.bp_result_meta(r.result, name))
}

// place returns the position of a column of one of the types; without types, of any. What is not there would read as 0, which
// looks like a number, so it panics, as an index out of range does.
func (r *Result) place(column string, types ...Type) int {
	i, there := r.byName[column]
	if !there {
		panic(fmt.Sprintf("blueplane: there is no column %q", column))
	}
	if len(types) > 0 && !slices.Contains(types, r.columns[i].Type) {
		panic(fmt.Sprintf("blueplane: the column %q is of type %v", column, r.columns[i].Type))
	}
	return i
}

func (r *Result) state(row, column int) State {
	defer runtime.KeepAlive(r)
	code := C.bp_result_cell(r.result, C.size_t(row), C.size_t(column))
	if state := State(code & C.BP_CELL_STATE); state != HasValue {
		return state
	}
	if code&C.BP_CELL_LOWER_BOUND != 0 {
		return LowerBound
	}
	return HasValue
}

// column returns the memory of a column. All columns are mapped when one is first used.
func (r *Result) column(column int) *cells {
	r.once.Do(r.mapColumns)
	return &r.cells[column]
}

func (r *Result) mapColumns() {
	batch := (*C.struct_ArrowArray)(C.calloc(1, C.sizeof_struct_ArrowArray))
	var failed *C.bp_error
	if err := failure(C.batch_of(r.result, batch, &failed), failed); err != nil {
		C.free(unsafe.Pointer(batch))
		panic(err) // out of memory, which Go does not survive either
	}
	runtime.AddCleanup(r, func(batch *C.struct_ArrowArray) { C.release_batch(batch) }, batch)
	r.cells = make([]cells, len(r.columns))
	for i, column := range r.columns {
		if r.rows > 0 {
			r.cells[i] = cellsOf(batch, C.size_t(i), column.Type, r.rows)
		}
	}
}

func cellsOf(batch *C.struct_ArrowArray, column C.size_t, kind Type, rows int) (c cells) {
	if valid := C.buffer_of(batch, column, 0); valid != nil {
		c.valid = unsafe.Slice((*byte)(valid), (rows+7)/8)
	}
	values := C.buffer_of(batch, column, 1)
	switch kind {
	case Bool:
		c.bools = unsafe.Slice((*byte)(values), (rows+7)/8)
	case Real:
		c.reals = unsafe.Slice((*float64)(values), rows)
	case Text:
		c.starts = unsafe.Slice((*int32)(values), rows+1)
		c.bytes = unsafe.Slice((*byte)(C.buffer_of(batch, column, 2)), c.starts[rows])
	default:
		c.ints = unsafe.Slice((*int64)(values), rows)
	}
	return c
}

func (r *Result) integer(row, column int) (value int64) {
	switch c := r.column(column); {
	case c.ints != nil:
		value = c.ints[row]
	case c.bools != nil:
		value = int64(c.bools[row/8] >> (row % 8) & 1)
	}
	runtime.KeepAlive(r)
	return value
}

func (r *Result) real(row, column int) (value float64) {
	switch c := r.column(column); {
	case c.reals != nil:
		value = c.reals[row]
	case c.ints != nil:
		value = float64(c.ints[row])
	}
	runtime.KeepAlive(r)
	return value
}

func (r *Result) text(row, column int) (value string) {
	if c := r.column(column); c.starts != nil {
		value = string(c.bytes[c.starts[row]:c.starts[row+1]])
	}
	runtime.KeepAlive(r)
	return value
}

// A Row is a row of a result. Its methods panic if there is no such column, or if its values are of another type; Index and
// Columns of the result say what there is. A cell without a value reads as zero: its State says why.
type Row struct {
	r *Result
	n int
}

// Row returns the n-th row; it panics if there is none.
func (r *Result) Row(n int) Row {
	if n < 0 || n >= r.rows {
		panic(fmt.Sprintf("blueplane: there is no row %d of %d", n, r.rows))
	}
	return Row{r, n}
}

// Rows yields the rows in order.
func (r *Result) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for n := range r.rows {
			if !yield(Row{r, n}) {
				return
			}
		}
	}
}

// State returns the state of a cell.
func (row Row) State(column string) State { return row.r.state(row.n, row.r.place(column)) }

// Int returns the value of a column of integers, booleans or times (microseconds).
func (row Row) Int(column string) int64 {
	return row.r.integer(row.n, row.r.place(column, Int, Bool, Time))
}

// Real returns the value of a column of reals or integers.
func (row Row) Real(column string) float64 { return row.r.real(row.n, row.r.place(column, Real, Int)) }

// Text returns the value of a column of texts.
func (row Row) Text(column string) string { return row.r.text(row.n, row.r.place(column, Text)) }

// Time returns the value of a column of times.
func (row Row) Time(column string) time.Time {
	return time.UnixMicro(row.r.integer(row.n, row.r.place(column, Time))).UTC()
}

// Value returns the cell as bool, int64, float64, string or time.Time, or nil if there is no value.
func (row Row) Value(column string) any {
	i := row.r.place(column)
	if !row.r.column(i).has(row.n) {
		return nil
	}
	switch row.r.columns[i].Type {
	case Bool:
		return row.r.integer(row.n, i) != 0
	case Real:
		return row.r.real(row.n, i)
	case Text:
		return row.r.text(row.n, i)
	case Time:
		return row.Time(column)
	}
	return row.r.integer(row.n, i)
}

// States returns the states of a column, one for each row. Like those of a row, these methods panic if there is no such column
// or if its values are of another type.
func (r *Result) States(column string) []State {
	i, states := r.place(column), make([]State, r.rows)
	for n := range states {
		states[n] = r.state(n, i)
	}
	return states
}

// Ints returns a column of integers, booleans or times; cells without a value are 0.
func (r *Result) Ints(column string) []int64 {
	return columnOf(r, r.place(column, Int, Bool, Time), r.integer)
}

// Reals returns a column of reals or integers; cells without a value are 0.
func (r *Result) Reals(column string) []float64 {
	return columnOf(r, r.place(column, Real, Int), r.real)
}

// Texts returns a column of texts; cells without a value are "".
func (r *Result) Texts(column string) []string { return columnOf(r, r.place(column, Text), r.text) }

func columnOf[T any](r *Result, column int, read func(row, column int) T) []T {
	values := make([]T, r.rows)
	for n := range values {
		values[n] = read(n, column)
	}
	return values
}

// Format writes the result as text: "json", "ndjson", "csv", "markdown", "html", "table", with options as in "table:width=100".
func (r *Result) Format(format string) ([]byte, error) {
	if err := whole(format); err != nil {
		return nil, err
	}
	name := C.CString(format)
	defer C.free(unsafe.Pointer(name))
	var out *C.char
	var length C.size_t
	var failed *C.bp_error
	err := failure(C.bp_result_format(&out, &length, r.result, name, &failed), failed)
	runtime.KeepAlive(r)
	if err != nil {
		return nil, err
	}
	return taken(unsafe.Pointer(out), length), nil
}

// MarshalJSON returns everything that the result holds, as Format("json") does.
func (r *Result) MarshalJSON() ([]byte, error) { return r.Format("json") }

// String returns the result as a table for people.
func (r *Result) String() string {
	text, err := r.Format("table:width=120,titles")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// ExportArrow fills an ArrowArrayStream of the Arrow C stream interface, which its receiver must release. It exists for
// the package arrow.
func (r *Result) ExportArrow(stream unsafe.Pointer) error {
	var failed *C.bp_error
	err := failure(C.bp_result_arrow((*C.struct_ArrowArrayStream)(stream), r.result, &failed), failed)
	runtime.KeepAlive(r)
	return err
}
