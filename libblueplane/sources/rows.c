/* sources/rows.c */
#include "sources/rows.h"

#include <string.h>

void bpi_rows_start(rows *r, source_input *in, record_tier tier) {
  memset(r, 0, sizeof *r);
  r->in = in;
  r->names.sink = in->sink;
  r->tier = tier;
  r->time = BPI_TIME_NONE;
}

void bpi_rows_session(rows *r, const char *id, size_t length) {
  r->session = r->scope = bpi_memo_ident(&r->names, IDENT_SESSION, id, length);
}

void bpi_rows_belong(rows *r, const char *id, size_t length) {
  r->session = bpi_memo_ident(&r->names, IDENT_SESSION, id, length);
}

record bpi_row(const rows *r, record_kind kind) {
  record row;
  memset(&row, 0, sizeof row);
  row.kind = kind;
  row.flags = r->flags;
  row.tier = r->tier;
  row.time = r->time;
  row.session = r->session;
  return row;
}

int bpi_row_put(rows *r, const record *row) {
  return r->in->sink->put(r->in->sink->self, row);
}

record bpi_row_response(const rows *r) {
  record row = bpi_row(r, RECORD_RESPONSE);
  row.u.response = (response_record){.input = -1,
                                     .output = -1,
                                     .cache_read = -1,
                                     .cache_write_5m = -1,
                                     .cache_write_1h = -1,
                                     .reasoning = -1,
                                     .web_searches = -1,
                                     .cost_nano = -1};
  return row;
}

ident bpi_row_key(rows *r, ident_kind kind, const id_text *id, int64_t nth) {
  composite key;
  bpi_composite_start(&key);
  bpi_composite_ident(&key, r->scope);
  bpi_composite_number(&key, nth);
  bpi_composite_bytes(&key, id->at, id->length);
  return r->in->sink->identify(r->in->sink->self, kind, (const char *)key.bytes, key.length);
}

name bpi_row_name(rows *r, label_kind kind, const name_text *text) {
  return bpi_memo_label(&r->names, kind, text->at, text->length);
}

void bpi_row_dropped(rows *r, unsigned count) {
  while (count-- > 0)
    r->in->sink->drop(r->in->sink->self);
}

int bpi_row_event(rows *r, int event, int detail, const id_text *id) {
  record row = bpi_row(r, RECORD_EVENT);
  row.key = bpi_row_key(r, IDENT_EVENT, id, event);
  row.u.event = (event_record){.event = event, .detail = detail, .value = -1};
  return bpi_row_put(r, &row);
}
