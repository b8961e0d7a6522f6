/* store/packed_cell.c: a packed cell starts with a tag of two bytes that says which fields follow,
 * in the order of its bits: the differences of session, quarter and label from the cell before and
 * the class, if they changed; the count unless it is 1; the measures that are not zero; the
 * difference of `like`. Numbers are varints: groups of seven bits, the lowest first. */
#include "store/packed_cell.h"

#include "base/sum.h"

enum {
  TAG_SESSION = 1,
  TAG_QUARTER = 2,
  TAG_LABEL = 4,
  TAG_CLASS = 8,
  TAG_COUNT = 16,
  TAG_MEASURE = 32, /* this bit and those above it: one per measure */
  TAG_LIKE = TAG_MEASURE << ROLLUP_MEASURES
};

#define CELL_BYTES_MAX (2 + VARINT_MAX * (6 + ROLLUP_MEASURES))

/* Writes a difference and sets its tag bit; nothing if it is 0. */
static unsigned char *put_step(unsigned char *to, unsigned *tag, unsigned bit, int64_t step) {
  if (step == 0) return to;
  *tag |= bit;
  return bpi_put_varint(to, bpi_fold(step));
}

void bpi_put_cell(buf *out, const packed_cell *put, const packed_cell *before) {
  unsigned char bytes[CELL_BYTES_MAX], *to = bytes + 2;
  const rollup_cell *cell = &put->cell, *last = &before->cell;
  unsigned tag = 0;
  to = put_step(to, &tag, TAG_SESSION, bpi_span(last->session, cell->session));
  to = put_step(to, &tag, TAG_QUARTER, bpi_span(last->quarter, cell->quarter));
  to = put_step(to, &tag, TAG_LABEL, bpi_span(last->label, cell->label));
  if (cell->class_ != last->class_) {
    tag |= TAG_CLASS;
    to = bpi_put_varint(to, (uint64_t)cell->class_);
  }
  if (cell->n != 1) {
    tag |= TAG_COUNT;
    to = bpi_put_varint(to, (uint64_t)cell->n);
  }
  for (int i = 0; i < ROLLUP_MEASURES; i++) {
    if (cell->m[i] == 0) continue;
    tag |= (unsigned)TAG_MEASURE << i;
    to = bpi_put_varint(to, (uint64_t)cell->m[i]);
  }
  to = put_step(to, &tag, TAG_LIKE, bpi_span(before->like, put->like));
  bytes[0] = (unsigned char)tag;
  bytes[1] = (unsigned char)(tag >> 8);
  bpi_buf_add(out, bytes, (size_t)(to - bytes));
}

/* In a damaged store a difference can have any value, so the addition saturates. */
static void take_step(int64_t *at, varints *from) {
  bpi_add_to(at, bpi_unfold(bpi_take_varint(from)));
}

void bpi_take_cell(varints *from, packed_cell *into) {
  rollup_cell *cell = &into->cell;
  if (from->end - from->at < 2) {
    from->torn = true;
    return;
  }
  unsigned tag = (unsigned)from->at[0] | (unsigned)from->at[1] << 8;
  from->at += 2;
  if (tag & TAG_SESSION) take_step(&cell->session, from);
  if (tag & TAG_QUARTER) take_step(&cell->quarter, from);
  if (tag & TAG_LABEL) take_step(&cell->label, from);
  if (tag & TAG_CLASS) cell->class_ = (int64_t)bpi_take_varint(from);
  cell->n = tag & TAG_COUNT ? (int64_t)bpi_take_varint(from) : 1;
  for (int i = 0; i < ROLLUP_MEASURES; i++)
    cell->m[i] = tag >> i & TAG_MEASURE ? (int64_t)bpi_take_varint(from) : 0;
  if (tag & TAG_LIKE) take_step(&into->like, from);
}

varints bpi_cells_of(sqlite3_stmt *row, int column) {
  static const unsigned char none;
  const unsigned char *bytes = sqlite3_column_blob(row, column);
  if (bytes == NULL) return (varints){.at = &none, .end = &none};
  return (varints){.at = bytes, .end = bytes + sqlite3_column_bytes(row, column)};
}
