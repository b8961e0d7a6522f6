"""Writes the C source of the extension module from the library's public headers.

    python3 generate.py blueplane.h version.h arrow.h OUTPUT

The declarations are those of the headers, so the binding cannot differ from the library it was built with.
"""
import re
import sys

import cffi

CALLBACKS = """
extern "Python" int bpy_progress(void *, const bp_progress *);
extern "Python" void bpy_log(void *, int, int, int64_t, int64_t);
extern "Python" int64_t bpy_clock(void *);
"""

# Memory of streams and schemas in capsules; an unconsumed capsule releases its content.
CAPSULES = """
struct ArrowArrayStream *bpy_stream_new(void);
struct ArrowSchema *bpy_schema_new(void);
int bpy_stream_schema(struct ArrowArrayStream *, struct ArrowSchema *);
void bpy_stream_release(struct ArrowArrayStream *);
void bpy_schema_free(struct ArrowSchema *);
extern void *const bpy_drop_stream;
extern void *const bpy_drop_schema;
"""

SOURCE = """
#include <stdlib.h>
#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

static struct ArrowArrayStream *bpy_stream_new(void) { return calloc(1, sizeof(struct ArrowArrayStream)); }
static struct ArrowSchema *bpy_schema_new(void) { return calloc(1, sizeof(struct ArrowSchema)); }
static int bpy_stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  return stream->get_schema(stream, out);
}
static void bpy_stream_release(struct ArrowArrayStream *stream) {
  if (stream == NULL) return;
  if (stream->release != NULL) stream->release(stream);
  free(stream);
}
static void bpy_schema_free(struct ArrowSchema *schema) {
  if (schema == NULL) return;
  if (schema->release != NULL) schema->release(schema);
  free(schema);
}
static void drop_stream(PyObject *capsule) {
  bpy_stream_release(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
}
static void drop_schema(PyObject *capsule) {
  bpy_schema_free(PyCapsule_GetPointer(capsule, "arrow_schema"));
}
static void *const bpy_drop_stream = (void *)drop_stream;
static void *const bpy_drop_schema = (void *)drop_schema;
"""


def declarations(path: str) -> str:
    """A header without comments, preprocessor lines and linkage, as cffi needs it."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"^[ \t]*#.*$", "", text, flags=re.M)
    text = re.sub(r'extern "C" \{', "", text)
    text = re.sub(r"^\}\s*$", "", text, flags=re.M)
    return re.sub(r"\bBP_API\b", "", text)


def main() -> None:
    blueplane, _, arrow, output = sys.argv[1:]
    ffi = cffi.FFI()
    ffi.cdef(declarations(arrow) + declarations(blueplane) + CALLBACKS + CAPSULES)
    ffi.set_source("blueplane._blueplane", SOURCE, py_limited_api=True)
    ffi.emit_c_code(output)


if __name__ == "__main__":
    main()
