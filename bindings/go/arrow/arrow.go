// Package arrow returns results as Arrow records, without copying. It is a separate module, so that programs that do not
// need Arrow do not build it.
package arrow

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/cdata"

	blueplane "github.com/libblueplane/libblueplane/bindings/go"
)

// Records returns a result as Arrow records, which share its memory and keep it alive. Release the reader.
func Records(result *blueplane.Result) (array.RecordReader, error) {
	stream := new(cdata.CArrowArrayStream)
	if err := result.ExportArrow(unsafe.Pointer(stream)); err != nil {
		return nil, err
	}
	reader, err := cdata.ImportCRecordReader(stream, nil)
	if err != nil {
		return nil, err
	}
	return reader.(array.RecordReader), nil
}
