/* store/operations.h: figures for the operator of the machine: how late files are read, how fast
 * the store grows, how the model's providers respond. They are kept apart from the facts because an
 * operator may not count facts. They are kept by sequence number instead of time, so that they show
 * no working hours, and are reported as shares and quantiles, never as counts of a person's
 * activity. */
#ifndef BPI_STORE_OPERATIONS_H
#define BPI_STORE_OPERATIONS_H

#include "base/vocabulary.h"
#include "store/facts.h"
#include "store/store.h"

#define BPI_LAGS 1000      /* lags remembered */
#define BPI_ANSWERS 500    /* answers per generation; figures cover the last two */
#define BPI_GROWTH_DAYS 28 /* growth is measured over at most so many days */

/* Upper bounds of the latency classes of a provider's answer, in seconds; the last class has
 * none. */
/* clang-format off */
#define BPI_ANSWER_SECONDS(X)                                                                      \
  X(0, "0.5", 500000) X(1, "1", 1000000) X(2, "2", 2000000) X(3, "5", 5000000)                     \
  X(4, "10", 10000000) X(5, "20", 20000000) X(6, "30", 30000000) X(7, "60", 60000000)              \
  X(8, "120", 120000000) X(9, "300", 300000000) X(10, "+Inf", INT64_MAX)
/* clang-format on */
#define X(number, text, us) BPI_ANSWER_CLASS_##number,
enum { BPI_ANSWER_SECONDS(X) BPI_ANSWER_CLASSES };
#undef X

/* Kinds of answers. Errors are counted by the detail of their event. */
enum {
  ANSWER_RESPONSE,
  ANSWER_RETRY,
  ANSWER_ERROR,
  ANSWER_WITHIN = ANSWER_ERROR + (1 << CLASS_DETAIL_BITS), /* one per latency class */
  ANSWER_KINDS = ANSWER_WITHIN + BPI_ANSWER_CLASSES
};

/* What one transaction adds. */
typedef struct operations {
  int64_t since_us; /* earlier answers come from an import and say nothing about the present */
  int64_t answers[ANSWER_KINDS];
} operations;

/* Counts a fact that was added (1) or removed (-1), if it describes an answer. */
void bpi_operations_note(operations *o, fact_kind kind, const int64_t *fact, int sign);
/* Call inside a write transaction. */
int bpi_operations_add(store *s, const operations *o, int64_t now_us, bp_error **error);
int bpi_operations_lag(store *s, int64_t lag_us, bp_error **error);

typedef struct operations_figures {
  int64_t lags; /* number of known lags; 0: the quantiles are meaningless */
  /* 50th, 95th, 99th percentile: the smallest lag that this share of all lags does not exceed */
  int64_t lag_us[3];
  int64_t growth; /* bytes per day; FACT_NONE without an earlier day to compare with */
  int64_t answers[ANSWER_KINDS];
} operations_figures;
/* `bytes`: size of the store now. */
int bpi_read_operations(store *s, int64_t bytes, int64_t now_us, operations_figures *out,
                        bp_error **error);

#endif
