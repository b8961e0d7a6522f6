/* delivery/arrow.c: exports a result as an Arrow C stream of one record batch. Numbers, offsets
 * and text are shared with the result; only validity and bools are copied, as Arrow stores them
 * as bits. Every exported structure holds its own reference to the result, so structures may be
 * moved and released independently, in any order and on any thread. Does not know what the
 * columns mean. */
#include "delivery/delivery.h"

#include <blueplane/arrow.h>

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define POINTER_SIZE sizeof(void *)

typedef struct stream_owner {
  bp_result *result;
  bool done;
  bool failed;
} stream_owner;

typedef struct schema_owner {
  bp_result *result; /* owns the name */
  char *metadata;
  struct ArrowSchema **pointers; /* to the children, or NULL */
  struct ArrowSchema *children;
} schema_owner;

typedef struct array_owner {
  bp_result *result;      /* owns the values */
  const void *buffers[3]; /* validity, then values or offsets and bytes */
  unsigned char *validity, *bits;
  struct ArrowArray **pointers;
  struct ArrowArray *children;
} array_owner;

/* ---------------------------------------------------------------------------------- metadata */

static void put_int32(char **at, size_t value) {
  int32_t number = (int32_t)value;
  memcpy(*at, &number, sizeof number); /* native byte order, as specified */
  *at += sizeof number;
}

static void put_text(char **at, const char *text) {
  size_t length = strlen(text);
  put_int32(at, length);
  memcpy(*at, text, length);
  *at += length;
}

static bool is_exported(const column_meta *m) {
  return strcmp(m->key, "name") != 0;
}

/* Encodes key-value pairs as Arrow does, without the name, which is a member of the schema. NULL:
 * out of memory. */
static char *encode_metadata(const column_meta *meta, size_t metas) {
  size_t size = sizeof(int32_t), pairs = 0;
  for (size_t i = 0; i < metas; i++) {
    if (!is_exported(&meta[i])) continue;
    size += 2 * sizeof(int32_t) + strlen(meta[i].key) + strlen(meta[i].value);
    pairs++;
  }
  char *encoded = bpi_alloc(size), *at = encoded;
  if (encoded == NULL) return NULL;
  put_int32(&at, pairs);
  for (size_t i = 0; i < metas; i++) {
    if (!is_exported(&meta[i])) continue;
    put_text(&at, meta[i].key);
    put_text(&at, meta[i].value);
  }
  return encoded;
}

/* ------------------------------------------------------------------------------------ schema */

static void release_schema(struct ArrowSchema *schema) {
  schema_owner *owner = schema->private_data;
  for (int64_t i = 0; i < schema->n_children; i++)
    if (owner->children[i].release != NULL) owner->children[i].release(&owner->children[i]);
  bpi_free(owner->pointers);
  bpi_free(owner->children);
  bpi_free(owner->metadata);
  bpi_table_release(owner->result);
  bpi_free(owner);
  schema->release = NULL;
}

/* Makes a schema without children. False: out of memory, nothing to release. */
static bool make_schema(struct ArrowSchema *out, bp_result *r, const char *format, const char *name,
                        const column_meta *meta, size_t metas) {
  memset(out, 0, sizeof *out);
  schema_owner *owner = bpi_alloc_zero(1, sizeof *owner);
  if (owner == NULL) return false;
  owner->metadata = encode_metadata(meta, metas);
  if (owner->metadata == NULL) {
    bpi_free(owner);
    return false;
  }
  owner->result = bpi_table_retain(r);
  out->format = format;
  out->name = name;
  out->metadata = owner->metadata;
  out->release = release_schema;
  out->private_data = owner;
  return true;
}

static bool make_column_schema(struct ArrowSchema *out, bp_result *r, size_t column) {
  static const char *const formats[] = {[BP_TYPE_BOOL] = "b",
                                        [BP_TYPE_INT] = "l",
                                        [BP_TYPE_REAL] = "g",
                                        [BP_TYPE_TEXT] = "u",
                                        [BP_TYPE_TIME] = "tsu:UTC"};
  const table_column *c = &r->column[column];
  if (!make_schema(out, r, formats[c->type], bpi_table_column_get(r, column, "name"), c->meta,
                   c->metas))
    return false;
  out->flags = ARROW_FLAG_NULLABLE;
  return true;
}

static bool add_schema_children(struct ArrowSchema *out, bp_result *r) {
  schema_owner *owner = out->private_data;
  owner->children = bpi_alloc_zero(r->columns, sizeof *owner->children);
  owner->pointers = bpi_alloc_zero(r->columns, POINTER_SIZE);
  if (owner->children == NULL || owner->pointers == NULL) return false;
  out->children = owner->pointers;
  for (size_t i = 0; i < r->columns; i++) {
    if (!make_column_schema(&owner->children[i], r, i)) return false;
    owner->pointers[i] = &owner->children[i];
    out->n_children++;
  }
  return true;
}

/* ------------------------------------------------------------------------------------- array */

static void release_array(struct ArrowArray *array) {
  array_owner *owner = array->private_data;
  for (int64_t i = 0; i < array->n_children; i++)
    if (owner->children[i].release != NULL) owner->children[i].release(&owner->children[i]);
  bpi_free(owner->pointers);
  bpi_free(owner->children);
  bpi_free(owner->validity);
  bpi_free(owner->bits);
  bpi_table_release(owner->result);
  bpi_free(owner);
  array->release = NULL;
}

/* Makes an array without children and buffers. False: out of memory, nothing to release. */
static bool make_array(struct ArrowArray *out, bp_result *r) {
  memset(out, 0, sizeof *out);
  array_owner *owner = bpi_alloc_zero(1, sizeof *owner);
  if (owner == NULL) return false;
  owner->result = bpi_table_retain(r);
  out->length = (int64_t)r->rows;
  out->buffers = owner->buffers;
  out->release = release_array;
  out->private_data = owner;
  return true;
}

/* Zeroed, and padded to a multiple of 64 bytes for readers that read whole words. */
static unsigned char *new_bits(size_t count) {
  return bpi_alloc_zero(count / 512 + 1, 64);
}

static void set_bit(unsigned char *bits, size_t at) {
  bits[at / 8] = (unsigned char)(bits[at / 8] | 1u << at % 8);
}

/* No bitmap if every cell has a value. */
static bool add_validity(struct ArrowArray *out, const bp_result *r, size_t column) {
  array_owner *owner = out->private_data;
  for (size_t row = 0; row < r->rows; row++)
    out->null_count += bpi_table_state(r, row, column) != BP_CELL_VALUE;
  if (out->null_count == 0) return true;
  owner->validity = new_bits(r->rows);
  if (owner->validity == NULL) return false;
  for (size_t row = 0; row < r->rows; row++)
    if (bpi_table_state(r, row, column) == BP_CELL_VALUE) set_bit(owner->validity, row);
  owner->buffers[0] = owner->validity;
  return true;
}

static bool add_bools(struct ArrowArray *out, const bp_result *r, size_t column) {
  array_owner *owner = out->private_data;
  owner->bits = new_bits(r->rows);
  if (owner->bits == NULL) return false;
  for (size_t row = 0; row < r->rows; row++)
    if (r->column[column].ints[row]) set_bit(owner->bits, row);
  owner->buffers[1] = owner->bits;
  return true;
}

static bool add_values(struct ArrowArray *out, const bp_result *r, size_t column) {
  array_owner *owner = out->private_data;
  const table_column *c = &r->column[column];
  out->n_buffers = 2;
  switch (c->type) {
  case BP_TYPE_BOOL: return add_bools(out, r, column);
  case BP_TYPE_REAL: owner->buffers[1] = c->reals; break;
  case BP_TYPE_TEXT:
    out->n_buffers = 3;
    owner->buffers[1] = c->offsets;
    owner->buffers[2] = c->bytes != NULL ? c->bytes : "";
    break;
  default: owner->buffers[1] = c->ints;
  }
  return true;
}

static bool make_column_array(struct ArrowArray *out, bp_result *r, size_t column) {
  if (!make_array(out, r)) return false;
  if (add_validity(out, r, column) && add_values(out, r, column)) return true;
  release_array(out);
  return false;
}

static bool add_array_children(struct ArrowArray *out, bp_result *r) {
  array_owner *owner = out->private_data;
  out->n_buffers = 1; /* only validity, which is NULL: no row of the batch is null */
  owner->children = bpi_alloc_zero(r->columns, sizeof *owner->children);
  owner->pointers = bpi_alloc_zero(r->columns, POINTER_SIZE);
  if (owner->children == NULL || owner->pointers == NULL) return false;
  out->children = owner->pointers;
  for (size_t i = 0; i < r->columns; i++) {
    if (!make_column_array(&owner->children[i], r, i)) return false;
    owner->pointers[i] = &owner->children[i];
    out->n_children++;
  }
  return true;
}

/* ------------------------------------------------------------------------------------ stream */

static int out_of_memory(stream_owner *owner) {
  owner->failed = true;
  return ENOMEM;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  stream_owner *owner = stream->private_data;
  bp_result *r = owner->result;
  if (!make_schema(out, r, "+s", "", r->meta, r->metas)) return out_of_memory(owner);
  if (add_schema_children(out, r)) return 0;
  release_schema(out);
  return out_of_memory(owner);
}

/* Returns the batch, then the end of the stream: an array that is already released. After a failure
 * the call can be repeated. */
static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  stream_owner *owner = stream->private_data;
  memset(out, 0, sizeof *out);
  if (owner->done) return 0;
  if (!make_array(out, owner->result)) return out_of_memory(owner);
  if (!add_array_children(out, owner->result)) {
    release_array(out);
    return out_of_memory(owner);
  }
  owner->done = true;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  const stream_owner *owner = stream->private_data;
  return owner->failed ? "out of memory" : NULL;
}

static void release_stream(struct ArrowArrayStream *stream) {
  stream_owner *owner = stream->private_data;
  bpi_table_release(owner->result);
  bpi_free(owner);
  stream->release = NULL;
}

int bpi_deliver_arrow(struct ArrowArrayStream *out, bp_result *r) {
  memset(out, 0, sizeof *out);
  stream_owner *owner = bpi_alloc_zero(1, sizeof *owner);
  if (owner == NULL) return BP_ERR_NOMEM;
  owner->result = bpi_table_retain(r);
  out->get_schema = get_schema;
  out->get_next = get_next;
  out->get_last_error = get_last_error;
  out->release = release_stream;
  out->private_data = owner;
  return BP_OK;
}
