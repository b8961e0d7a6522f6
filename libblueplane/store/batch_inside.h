/* store/batch_inside.h: the insides of a batch, for batch.c and apply.c alone. */
#ifndef BPI_STORE_BATCH_INSIDE_H
#define BPI_STORE_BATCH_INSIDE_H

#include "store/batch.h"

/* Memory that is needed soon. */
#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)(address))
#endif

/* Open addressing; an entry is a position + 1, 0 is free. */
typedef struct lookup {
  uint32_t *index;
  size_t slots;
} lookup;

/* Open addressing; `at` is the place of a packed fact + 1, 0 is free. The tag is the hash of what
 * makes the fact, so that others need not be looked at, nor any when the slots grow. */
typedef struct fact_slot {
  uint32_t tag, at;
} fact_slot;

/* Facts of one kind, packed, in the order in which they came; but one that outgrew its place lies
 * behind the others, and nothing lies in its place. */
typedef struct fact_table {
  fact_kind kind;
  size_t width, count; /* words of a fact; facts */
  int64_t *words;
  size_t used, capacity; /* words */
  fact_slot *slot;
  size_t slots;
} fact_table;

/* Small, as files have very many of them. */
typedef struct batch_label {
  ident key;
  char *text;
  uint32_t stored; /* its number in the store; 0 not known yet */
  uint8_t kind;
  bool used; /* a record names it; else the line that held it was refused, and it is not stored */
} batch_label;

typedef struct batch_session {
  ident key;
  record_tier tier;
  session_attributes known;
} batch_session;

typedef struct batch_reject {
  ident file;
  int reason;
  int64_t line, byte;
} batch_reject;

struct batch {
  fact_table fact[FACT_KINDS];
  batch_label *label;
  size_t labels, label_capacity;
  size_t labels_before,
      text_bytes; /* that were there when it was cleared; of those that came since */
  lookup label_index;
  batch_session *session;
  size_t sessions, session_capacity;
  lookup session_index;
  uint32_t last_session;
  batch_reject *reject;
  size_t rejects, reject_capacity;
  file_state *file;
  size_t files, file_capacity;
  int source;
  uint32_t platform; /* label of sessions that no row names; 0 none */
  uint64_t merged;   /* rows that met a fact already in the batch */
  int64_t erasures;  /* of the store when it was begun */
  int64_t took_us;   /* the reading, until now */
  int failed;
};

/* Lets go of what a table of facts holds. */
void bpi_batch_free_facts(fact_table *t);
void bpi_fact_translate(fact_kind kind, int64_t *fact, const int64_t *sessions,
                        const int64_t *labels);
void bpi_session_translate(session_attributes *a, const int64_t *labels);

#endif
