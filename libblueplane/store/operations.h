/* store/operations.h: figures for who runs the machine: how late readings came, how the store grows,
 * how the model's providers answered. They are kept beside the facts because who may see nothing else
 * may not count facts; by number and not by time, so that no hours of work are in them, and told as
 * shares and quantiles, never as counts of what a person did. */
#ifndef BPI_STORE_OPERATIONS_H
#define BPI_STORE_OPERATIONS_H

#include "base/vocabulary.h"
#include "store/facts.h"
#include "store/store.h"

#define BPI_LAGS 1000      /* readings that are remembered */
#define BPI_ANSWERS 500    /* answers of a generation; figures are over the last two */
#define BPI_GROWTH_DAYS 28 /* growth is told over so many days at most */

/* Upper ends of the classes of a provider's answer, in seconds; the last class has none. */
/* clang-format off */
#define BPI_ANSWER_SECONDS(X)                                                                      \
  X(0, "0.5", 500000) X(1, "1", 1000000) X(2, "2", 2000000) X(3, "5", 5000000)                     \
  X(4, "10", 10000000) X(5, "20", 20000000) X(6, "30", 30000000) X(7, "60", 60000000)              \
  X(8, "120", 120000000) X(9, "300", 300000000) X(10, "+Inf", INT64_MAX)
/* clang-format on */
#define X(number, text, us) BPI_ANSWER_CLASS_##number,
enum { BPI_ANSWER_SECONDS(X) BPI_ANSWER_CLASSES };
#undef X

/* What an answer was. Errors are told apart by the detail of their event. */
enum {
  ANSWER_RESPONSE,
  ANSWER_RETRY,
  ANSWER_ERROR,
  ANSWER_WITHIN = ANSWER_ERROR + (1 << CLASS_DETAIL_BITS), /* one for each class of time */
  ANSWER_KINDS = ANSWER_WITHIN + BPI_ANSWER_CLASSES
};

/* What one transaction adds. */
typedef struct operations {
  int64_t since_us; /* answers before are of an import, and tell nothing of now */
  int64_t answers[ANSWER_KINDS];
} operations;

/* Counts a fact that came (1) or went (-1), if it tells of an answer. */
void bpi_operations_note(operations *o, fact_kind kind, const int64_t *fact, int sign);
/* Inside a write transaction. */
int bpi_operations_add(store *s, const operations *o, int64_t now_us, bp_error **error);
int bpi_operations_lag(store *s, int64_t lag_us, bp_error **error);

typedef struct operations_figures {
  int64_t lags;      /* that are known; 0: the quantiles mean nothing */
  int64_t lag_us[3]; /* 50th, 95th, 99th percentile: the smallest lag that so many do not exceed */
  int64_t growth;    /* bytes a day; FACT_NONE where there is no day to compare with */
  int64_t answers[ANSWER_KINDS];
} operations_figures;
/* `bytes`: those that the store uses now. */
int bpi_read_operations(store *s, int64_t bytes, int64_t now_us, operations_figures *out,
                        bp_error **error);

#endif
