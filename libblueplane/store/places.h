/* store/places.h: looks up the rows of a batch's facts by key, and chooses the row number and layer
 * of each new fact. Knows rows and keys; does not know how facts merge or what they add. Included
 * only inside store/. */
#ifndef BPI_STORE_PLACES_H
#define BPI_STORE_PLACES_H

#include "store/group.h"

#define WAITING_MOST 1024 /* rows inserted by one statement */

/* Where the next new fact of a key goes. */
typedef struct place {
  int64_t id;
  bool is_free; /* no row has this number */
} place;

typedef struct places {
  store *s;
  fact_kind kind;
  layers *keys;                   /* which keys each layer may hold */
  size_t layers;                  /* number of layers before this batch */
  size_t layer;                   /* layer that receives new facts */
  bool fresh;                     /* `layer` is new */
  unsigned char *taken;           /* per fact of the batch, a layer that may hold it; 0: none */
  place end, back;                /* for new keys; for a key found in an earlier layer */
  place *next;                    /* one of these two */
  int64_t last_id;                /* last row number given out in `layer`; they ascend */
  int64_t *waiting[WAITING_MOST]; /* rows to insert, by ascending number */
  size_t waits;
  bp_error **error;
} places;

/* Forgets what is known of layers if another connection has written since. Call first in a
 * transaction. */
int bpi_places_check(store *s, bp_error **error);

/* Takes the batch's facts in order of key, of which only the two key words are read; looks all of
 * them up and chooses their layer. Call bpi_places_free in any case. */
int bpi_places_begin(places *p, store *s, fact_kind kind, int64_t *const *facts, size_t count,
                     bp_error **error);
void bpi_places_free(places *p);

/* Adds the rows stored under the key of fact `fact` (an index in the batch) to `stored`. Call in
 * the order of the batch. */
int bpi_places_find(places *p, size_t fact, const int64_t *key, group *stored);
/* Queues a new row for the key found last and sets its row number. `fact` must stay unchanged until
 * the flush. */
int bpi_places_insert(places *p, int64_t *fact);
int bpi_places_update(places *p, const int64_t *fact);
/* Inserts the queued rows; their memory may be reused afterwards. */
int bpi_places_flush(places *p);

#endif
