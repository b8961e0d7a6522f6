/* privacy/gate.h: the gate between sources and the store. Raw names go in; keyed identifiers and at
 * most short, well-formed labels come out. Nothing else can pass, because records have no field for
 * text. Knows what a name may look like; knows no format and no database. */
#ifndef BPI_PRIVACY_GATE_H
#define BPI_PRIVACY_GATE_H

#include <stdbool.h>

#include "privacy/erased.h"
#include "sources/record.h"

typedef struct gate gate;

typedef struct gate_counts {
  uint64_t records, rejects, drops; /* drops: badly shaped labels and values out of bounds */
  uint64_t erased;                  /* records covered by marks, which do not pass */
} gate_counts;

/* With `keep_labels` false only names needed for prices and totals (such as models) keep their
 * text. The key and the sink must outlive the gate. NULL when out of memory. */
gate *bpi_gate_new(const hash_key *key, const fact_sink *out, bool keep_labels);
void bpi_gate_free(gate *g);

/* Records covered by the marks do not pass. The marks must outlive the gate; `source` is the number
 * of the source whose records follow. */
void bpi_gate_erased(gate *g, const erased_marks *marks);
void bpi_gate_source(gate *g, int64_t source);

/* "platform", "workspace", ...; NULL if there is no such kind. */
const char *bpi_label_kind_name(int64_t kind);
/* Whether a label's text matches its key. Of a folder only the last component is stored, so that
 * cannot be checked and counts as matching. */
bool bpi_label_fits(const hash_key *key, int64_t kind, ident known, const char *text,
                    size_t length);

/* Where sources put their records; `reject` is called for each rejected record. */
record_sink bpi_gate_sink(gate *g);
void bpi_gate_on_reject(gate *g,
                        void (*reject)(void *user, int reason, uint64_t line, int64_t byte),
                        void *user);
/* Whether the session of the input's last record, which is from `since_us` or later, has names that
 * were erased and wait for what it does next: to have them then, the input must be read from its
 * start again. */
bool bpi_gate_withholds(const gate *g, int64_t since_us);
const gate_counts *bpi_gate_counts(const gate *g);

#endif
