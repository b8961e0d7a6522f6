/* Memory for SQLite under a fuzzer. Otherwise most of the time would be spent in the sanitizer's
 * allocator, on blocks that SQLite allocates and frees. Here each size has a list of free blocks.
 * Free blocks and the bytes before and after a block are poisoned, so accesses out of bounds are
 * still found; a freed block that is allocated again is not distinguished from the old one, and
 * leaks are not found. Ordinary tests do not use it. For one thread only. */
#include <sanitizer/asan_interface.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);

#define CHUNK ((size_t)64 << 20)
#define BEFORE 16 /* keeps blocks aligned; poisoned except while it is read */
#define POWERS 32

typedef struct block {
  struct block *next; /* in the list of free blocks */
  int size, power;
} block;

_Static_assert(sizeof(block) <= BEFORE, "a block's head lies before it");

static block *freed[POWERS];
static char *chunk;
static size_t left;

static block *head_of(void *memory) {
  block *b = (block *)(void *)((char *)memory - BEFORE);
  ASAN_UNPOISON_MEMORY_REGION(b, sizeof *b);
  return b;
}

static void hide(block *b) {
  ASAN_POISON_MEMORY_REGION(b, sizeof *b);
}

/* Block sizes are powers of two. */
static int power_of(size_t whole) {
  int power = 5;
  while ((size_t)1 << power < whole)
    power++;
  return power;
}

static block *cut(int power) {
  size_t whole = (size_t)1 << power;
  if (left < whole) {
    left = whole > CHUNK ? whole : CHUNK;
    if ((chunk = malloc(left)) == NULL) return NULL;
    ASAN_POISON_MEMORY_REGION(chunk, left);
  }
  block *b = (block *)(void *)chunk;
  chunk += whole;
  left -= whole;
  return b;
}

static void *take(int size) {
  int power = power_of((size_t)size + BEFORE + 1);
  block *b = freed[power];
  if (b == NULL && (b = cut(power)) == NULL) return NULL;
  ASAN_UNPOISON_MEMORY_REGION(b, BEFORE + (size_t)size);
  if (freed[power] != NULL) freed[power] = b->next;
  b->size = size;
  b->power = power;
  hide(b);
  return (char *)b + BEFORE;
}

static void give(void *memory) {
  block *b = head_of(memory);
  b->next = freed[b->power];
  freed[b->power] = b;
  ASAN_POISON_MEMORY_REGION(b, (size_t)1 << b->power);
}

static int size_of(void *memory) {
  if (memory == NULL) return 0;
  block *b = head_of(memory);
  int size = b->size;
  hide(b);
  return size;
}

static void *resize(void *memory, int size) {
  int before = size_of(memory);
  void *moved = take(size);
  if (moved == NULL) return NULL;
  memcpy(moved, memory, (size_t)(before < size ? before : size));
  give(memory);
  return moved;
}

static int round_up(int size) {
  return (size + 7) & ~7;
}
static int start(void *unused) {
  (void)unused;
  return SQLITE_OK;
}
static void stop(void *unused) {
  (void)unused;
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
  static const sqlite3_mem_methods methods = {take,     give,  resize, size_of,
                                              round_up, start, stop,   NULL};
  (void)count, (void)arguments;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) != SQLITE_OK ||
         sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK;
}
