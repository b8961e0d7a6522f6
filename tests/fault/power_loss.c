/* tests/fault/power_loss.c: implements power_loss.h. */
#define _POSIX_C_SOURCE 200809L
#include "power_loss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/dice.h"

#define SECTOR 512
#define FILES_MAX 32

typedef enum deed { WRITE, TRUNCATE, DELETE, NAME } deed;

typedef struct step {
  deed what;
  int64_t at; /* TRUNCATE: the size; NAME: whether its bytes were not synced */
  unsigned char *data;
  size_t length;
  struct step *next;
} step;

typedef struct bytes_on_disk {
  unsigned char *data;
  size_t length, capacity;
} bytes_on_disk;

/* A file that is not completely synced. */
typedef struct watched {
  char path[512];
  bool there; /* it existed when it was last synced */
  bytes_on_disk then;
  step *first, *last;
} watched;

static watched file[FILES_MAX];
static size_t files;
static bool watching;

static void *claim(void *memory) {
  if (memory == NULL) abort();
  return memory;
}

static void forget(watched *f) {
  while (f->first != NULL) {
    step *next = f->first->next;
    free(f->first->data);
    free(f->first);
    f->first = next;
  }
  free(f->then.data);
  *f = file[--files];
}

void power_watch(bool on) {
  while (files > 0)
    forget(&file[files - 1]);
  watching = on;
}

/* ------------------------------------------------------------------------------------- the bytes */

static void put(bytes_on_disk *b, size_t at, const unsigned char *data, size_t length) {
  if (at + length > b->capacity) {
    b->capacity = 2 * (at + length);
    b->data = claim(realloc(b->data, b->capacity));
  }
  if (at > b->length) memset(b->data + b->length, 0, at - b->length);
  if (length > 0) memcpy(b->data + at, data, length);
  if (at + length > b->length) b->length = at + length;
}

static bool load(bytes_on_disk *b, const char *path) {
  unsigned char piece[8192];
  size_t got;
  FILE *f = fopen(path, "rb");
  if (f == NULL) return false;
  while ((got = fread(piece, 1, sizeof piece, f)) > 0)
    put(b, b->length, piece, got);
  fclose(f);
  return true;
}

/* ------------------------------------------------------------------------------------- the steps */

static watched *find(const char *path) {
  for (size_t i = 0; i < files; i++)
    if (strcmp(file[i].path, path) == 0) return &file[i];
  return NULL;
}

static void add(const char *path, deed what, int64_t at, const void *data, size_t length) {
  if (!watching || path == NULL) return;
  watched *f = find(path);
  if (f == NULL) {
    if (files == FILES_MAX || strlen(path) >= sizeof f->path) abort();
    f = &file[files++];
    *f = (watched){.there = false};
    strcpy(f->path, path);
    f->there = load(&f->then, path);
  }
  step *s = claim(calloc(1, sizeof *s));
  *s = (step){what, at, NULL, length, NULL};
  if (length > 0) s->data = memcpy(claim(malloc(length)), data, length);
  *(f->last == NULL ? &f->first : &f->last->next) = s;
  f->last = s;
}

void power_write(const char *path, int64_t at, const void *data, size_t length) {
  add(path, WRITE, at, data, length);
}
void power_truncate(const char *path, int64_t size) {
  add(path, TRUNCATE, size, NULL, 0);
}
/* Bytes not synced under the old name are not synced under the new one, either. */
void power_name(const char *old, const char *path) {
  const watched *unsynced = watching ? find(old) : NULL;
  for (const step *s = unsynced == NULL ? NULL : unsynced->first; s != NULL; s = s->next)
    add(path, s->what, s->at, s->data, s->length);
  if (unsynced != NULL) {
    watched *f = find(path);
    f->then.length = 0;
    put(&f->then, 0, unsynced->then.data, unsynced->then.length);
  }
  add(path, NAME, unsynced != NULL, NULL, 0);
}

void power_delete(const char *path, bool synced) {
  watched *f = find(path);
  if (!synced)
    add(path, DELETE, 0, NULL, 0);
  else if (f != NULL)
    forget(f);
}

/* The name is durable; the written bytes are not yet. */
static void forget_name(watched *f) {
  step *before = f->first;
  if (f->first == f->last) {
    forget(f);
    return;
  }
  while (before->next != f->last)
    before = before->next;
  free(f->last);
  before->next = NULL;
  f->last = before;
}

/* Syncs a file, or a folder: then the names in it are durable. */
void power_sync(const char *path) {
  if (!watching || path == NULL) return;
  size_t length = strlen(path);
  for (size_t i = files; i-- > 0;) {
    bool inside = strncmp(file[i].path, path, length) == 0 && file[i].path[length] == '/';
    deed last = file[i].last->what;
    if (strcmp(file[i].path, path) == 0 || (inside && last == DELETE))
      forget(&file[i]);
    else if (inside && last == NAME)
      forget_name(&file[i]);
  }
}

/* -------------------------------------------------------------------------------------- the end */

static uint64_t dice;

static bool happens(unsigned luck) {
  if (luck < 2) return luck == 1;
  return dice_roll(&dice) & 1 << 20;
}

static void write_sectors(bytes_on_disk *b, const step *s, unsigned luck) {
  size_t at = (size_t)s->at, end = at + s->length;
  while (at < end) {
    size_t until = (at / SECTOR + 1) * SECTOR;
    if (until > end) until = end;
    if (happens(luck)) put(b, at, s->data + (at - (size_t)s->at), until - at);
    at = until;
  }
}

static void cut(bytes_on_disk *b, size_t size) {
  if (size < b->length)
    b->length = size;
  else
    put(b, size, NULL, 0);
}

static void end_of(watched *f, unsigned luck) {
  for (const step *s = f->first; s != NULL; s = s->next)
    switch (s->what) {
    case WRITE:
      f->there = true; /* its creator has synced the name, or it was there before */
      write_sectors(&f->then, s, luck);
      break;
    case TRUNCATE:
      if (happens(luck)) cut(&f->then, (size_t)s->at);
      break;
    case NAME:
      f->there = happens(luck);
      if (f->there && s->at == 0 && f->then.length == 0) (void)load(&f->then, f->path);
      break;
    case DELETE:
      if (!happens(luck)) break;
      f->there = false;
      f->then.length = 0;
    }
  unlink(f->path);
  if (!f->there) return;
  FILE *out = claim(fopen(f->path, "wb"));
  if (f->then.length > 0 && fwrite(f->then.data, 1, f->then.length, out) != f->then.length) abort();
  if (fclose(out) != 0) abort();
}

void power_loss(unsigned luck) {
  watching = false;
  dice = UINT64_C(88172645463325252) + luck * UINT64_C(0x9E3779B97F4A7C15);
  for (size_t i = 0; i < files; i++)
    end_of(&file[i], luck);
}
