/* store/batch_inside.h: the fields of a batch, for batch.c and apply.c only. */
#ifndef BPI_STORE_BATCH_INSIDE_H
#define BPI_STORE_BATCH_INSIDE_H

#include "store/batch.h"

/* Prefetches memory that is needed soon. */
#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)(address))
#endif

/* Open addressing; an entry is an index + 1, 0 is free. */
typedef struct lookup {
  uint32_t *index;
  size_t slots;
} lookup;

/* Open addressing; `at` is the offset of a packed fact + 1, 0 is free. The tag is a hash of the
 * fact's key and variant: other facts need not be unpacked to be ruled out, and none when the table
 * grows. */
typedef struct fact_slot {
  uint32_t tag, at;
} fact_slot;

/* Packed facts of one kind in order of arrival. A fact that outgrew its place is moved to the end
 * and its old place stays unused. */
typedef struct fact_table {
  fact_kind kind;
  size_t width, count; /* width: words of an unpacked fact */
  int64_t *words;
  size_t used, capacity; /* in words */
  fact_slot *slot;
  size_t slots;
} fact_table;

/* Kept small, because file names make very many of these. */
typedef struct batch_label {
  ident key;
  char *text;
  uint32_t stored; /* row number in the store; 0: not known yet */
  uint8_t kind;
  /* a record refers to it; otherwise its line was rejected and the label is not stored */
  bool used;
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
  size_t labels_before, text_bytes; /* labels at the last clear; bytes of text added since */
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
  uint32_t platform; /* label of the platform for sessions whose rows name none; 0: none */
  uint64_t merged;   /* rows that merged into a fact already in the batch */
  int64_t erasures;  /* the store's count of erasures when reading began */
  int64_t took_us;   /* how long reading has taken so far */
  int failed;
};

/* Frees the memory of a fact table. */
void bpi_batch_free_facts(fact_table *t);
void bpi_fact_translate(fact_kind kind, int64_t *fact, const int64_t *sessions,
                        const int64_t *labels);
void bpi_session_translate(session_attributes *a, const int64_t *labels);

#endif
