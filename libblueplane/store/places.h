/* store/places.h: where the facts of a kind lie in their table, and where those of a batch go: which row is found
 * under a key, which number a new one gets, in which layer. Knows rows and keys; how facts merge and what they
 * add is none of its business. Included only inside store/. */
#ifndef BPI_STORE_PLACES_H
#define BPI_STORE_PLACES_H

#include "store/group.h"

#define WAITING_MOST 1024 /* rows that are inserted by one statement */

/* Where the next new fact of a key is to go. */
typedef struct place {
  int64_t id;
  bool is_free; /* nothing is stored there */
} place;

typedef struct places {
  store *s;
  fact_kind kind;
  layers *keys;         /* what its layers may hold */
  size_t layers;        /* that were stored before */
  size_t layer;         /* into which new facts go */
  bool fresh;           /* it is a new one */
  unsigned char *taken; /* for each fact of the batch a layer that may hold it; 0: none does */
  place end, back;      /* of new keys; of a key that lies in a layer before */
  place *next;          /* of the two */
  int64_t last_id;      /* the last number given in `layer`; they rise */
  int64_t *waiting[WAITING_MOST]; /* to be inserted there, by rising number */
  size_t waits;
  bp_error **error;
} places;

/* What is known of layers is forgotten if another connection has written since. In a transaction, before all. */
int bpi_places_check(store *s, bp_error **error);

/* Facts of a batch, in the order of their keys, of which the first two words are looked at. Looks all of them up at
 * once, and chooses their layer. Free it in any case. */
int bpi_places_begin(places *p, store *s, fact_kind kind, int64_t *const *facts, size_t count,
                     bp_error **error);
void bpi_places_free(places *p);

/* Adds to `stored` what is stored under the key of fact number `fact` of the batch. In the order of the batch. */
int bpi_places_find(places *p, size_t fact, const int64_t *key, group *stored);
/* A new row of the key that was found last; gives it its number. Must stay as it is until it is flushed. */
int bpi_places_insert(places *p, int64_t *fact);
int bpi_places_update(places *p, const int64_t *fact);
/* Stores the rows that wait; their memory is the caller's again, with other things in it. */
int bpi_places_flush(places *p);

#endif
