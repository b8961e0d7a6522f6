/* follow.c: see follow.h. */
#include "follow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "system.h"
#include "text.h"

#if defined(__linux__)
#include <sys/inotify.h>
#define IS_TOLD /* the system reports changes */
#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__NetBSD__)
#include <sys/event.h>
#define IS_TOLD
#endif

#define SETTLE 40      /* ms to wait for more changes: a line is often written in pieces */
#define LOOK_AGAIN 250 /* ms between two looks when polling */
#define DEEPEST 32     /* levels of folders */
#define WATCHES_MOST 8192

/* A watched folder; with kqueue also each file. */
typedef struct watch {
  int id; /* watch descriptor of inotify, or an open file for kqueue */
  char *path;
} watch;

typedef struct root_state {
  char *path;
  uint64_t print; /* hash of names, sizes and times below it, when last looked at */
  bool watched;
} root_state;

struct follower {
  root_state *root;
  size_t roots;
  bool polls;
  int descriptor; /* of inotify or kqueue; -1: polling */
  watch *watch;
  size_t watches;
};

/* ------------------------------------------------------------------------------------- walking */

typedef struct visit {
  void (*file)(void *user, const char *path, const file_look *found);
  void (*folder)(void *user, const char *path);
  void *user;
} visit;

/* Visits everything below a folder, without following links. */
static void walk(const char *path, const visit *v, int depth) {
  DIR *entries = depth < DEEPEST ? opendir(path) : NULL;
  if (entries == NULL) return;
  if (v->folder != NULL) v->folder(v->user, path);
  const struct dirent *entry;
  while ((entry = readdir(entries)) != NULL) {
    file_look found;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char *below = print_text("%s/%s", path, entry->d_name);
    if (look_at(&found, below)) {
      if (found.is_folder)
        walk(below, v, depth + 1);
      else if (found.is_file && v->file != NULL)
        v->file(v->user, below, &found);
    }
    free(below);
  }
  closedir(entries);
}

/* ------------------------------------------------------------------------------------- looking */

/* A sum of hashes, so that the order of directory entries does not matter. */
static void add_print(void *user, const char *path, const file_look *found) {
  uint64_t hash = hash_number(hash_text(TEXT_HASH_START, path), (uint64_t)found->size);
  *(uint64_t *)user += hash_number(hash, (uint64_t)found->modified_ns);
}

static bool look(root_state *r) {
  uint64_t print = 0;
  walk(r->path, &(visit){add_print, NULL, &print}, 0);
  bool other = print != r->print;
  r->print = print;
  return other;
}

/* ------------------------------------------------------------------------------------ watching */

#if defined(IS_TOLD)
static void add_watch(follower *f, int id, const char *path) {
  f->watch = need(realloc(f->watch, (f->watches + 1) * sizeof *f->watch));
  f->watch[f->watches++] = (watch){id, copy_text(path)};
}

static watch *watch_of(const follower *f, int id) {
  for (size_t i = 0; i < f->watches; i++)
    if (f->watch[i].id == id) return &f->watch[i];
  return NULL;
}

static void forget(follower *f, watch *gone) {
  free(gone->path);
  *gone = f->watch[--f->watches];
}

/* Whether a path is a root or below it. Roots may be nested, so several may match. */
static bool is_below(const char *path, const char *root) {
  size_t length = strlen(root);
  return strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static void mark(const follower *f, const char *path, bool *changed) {
  for (size_t i = 0; i < f->roots; i++)
    if (is_below(path, f->root[i].path)) changed[i] = true;
}
#endif

/* Returns what the system gave for watching. */
static void stop_watching(follower *f) {
  for (size_t i = 0; i < f->watches; i++) {
#if defined(IS_TOLD) && !defined(__linux__)
    close(f->watch[i].id);
#endif
    free(f->watch[i].path);
  }
  f->watches = 0;
  if (f->descriptor >= 0) close(f->descriptor);
  f->descriptor = -1;
}

/* The system has no more watches: polls from now on. */
static void give_up(follower *f) {
  stop_watching(f);
  f->polls = true;
  for (size_t i = 0; i < f->roots; i++)
    look(&f->root[i]);
}

#if defined(__linux__)

static int open_watcher(void) {
  return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

/* A path that is already watched keeps its watch descriptor. */
static int number_of(const follower *f, const char *path) {
  return inotify_add_watch(f->descriptor, path,
                           IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB |
                               IN_ONLYDIR);
}

static void watch_folder(void *user, const char *path) {
  follower *f = user;
  if (f->polls) return;
  int id = number_of(f, path);
  if (id < 0 && (errno == ENOSPC || errno == ENOMEM)) {
    give_up(f);
    return;
  }
  if (id < 0) return;
  watch *known = watch_of(f, id);
  if (known == NULL) {
    add_watch(f, id, path);
  } else if (strcmp(known->path, path) != 0) { /* it was renamed */
    free(known->path);
    known->path = copy_text(path);
  }
}

/* Whether another folder took this path, because it or one above it was moved away. */
static bool is_another(const follower *f, const char *path) {
  int id = number_of(f, path);
  return id >= 0 && watch_of(f, id) == NULL;
}

static void watch_tree(follower *f, const char *path) {
  walk(path, &(visit){NULL, watch_folder, f}, 0);
}

static void take_event(follower *f, const struct inotify_event *e, bool *changed) {
  if (e->mask & IN_Q_OVERFLOW) { /* events were lost: everything may have changed */
    for (size_t i = 0; i < f->roots; i++) {
      changed[i] = true;
      watch_tree(f, f->root[i].path);
    }
    return;
  }
  watch *of = watch_of(f, e->wd);
  if (of == NULL) return;
  if (e->mask & IN_IGNORED) {
    forget(f, of);
    return;
  }
  mark(f, of->path, changed);
  if (!(e->mask & IN_ISDIR) || e->len == 0) return;
  char *below = print_text("%s/%s", of->path, e->name);
  watch_tree(f, below); /* and what it already contains */
  free(below);
}

static bool take_events(follower *f, bool *changed) {
  union {
    struct inotify_event event;
    char bytes[16384];
  } buffer;
  ssize_t length;
  bool any = false;
  while ((length = read(f->descriptor, buffer.bytes, sizeof buffer.bytes)) > 0) {
    for (char *at = buffer.bytes; at < buffer.bytes + length;) {
      const struct inotify_event *e = (const void *)at;
      take_event(f, e, changed);
      any = true;
      at += sizeof *e + e->len;
    }
  }
  return any;
}

#elif defined(IS_TOLD)

static int open_watcher(void) {
  return kqueue();
}

/* Each watch keeps a file open, and the program needs others: of the 256 that macOS allows it at
 * first, half may be watched. */
static bool has_room(const follower *f) {
  long most = sysconf(_SC_OPEN_MAX);
  return f->watches < WATCHES_MOST && (most < 0 || f->watches < (size_t)most / 2);
}

/* kqueue reports new names for folders, and writes for files. */
static void watch_path(follower *f, const char *path) {
  for (size_t i = 0; i < f->watches; i++)
    if (strcmp(f->watch[i].path, path) == 0) return;
  if (f->polls) return;
  if (!has_room(f)) {
    give_up(f);
    return;
  }
#if defined(O_EVTONLY)
  int id = open(path, O_EVTONLY | O_CLOEXEC | O_NOFOLLOW);
#else
  int id = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
#endif
  struct kevent change;
  EV_SET(&change, id, EVFILT_VNODE, EV_ADD | EV_CLEAR,
         NOTE_WRITE | NOTE_EXTEND | NOTE_DELETE | NOTE_RENAME, 0, NULL);
  bool added = id >= 0 && kevent(f->descriptor, &change, 1, NULL, 0, NULL) == 0;
  if (added)
    add_watch(f, id, path);
  else if (id >= 0)
    close(id);
  if (!added) give_up(f);
}

static bool is_another(const follower *f, const char *path) {
  (void)f, (void)path;
  return false; /* kqueue reports moved and deleted folders */
}

static void watch_folder(void *user, const char *path) {
  watch_path(user, path);
}
static void watch_file(void *user, const char *path, const file_look *found) {
  (void)found;
  watch_path(user, path);
}

static void watch_tree(follower *f, const char *path) {
  walk(path, &(visit){watch_file, watch_folder, f}, 0);
}

static void take_event(follower *f, const struct kevent *e, bool *changed) {
  watch *of = watch_of(f, (int)e->ident);
  if (of == NULL) return;
  mark(f, of->path, changed);
  if (e->fflags & (NOTE_DELETE | NOTE_RENAME)) {
    close(of->id);
    forget(f, of);
  }
  for (size_t i = 0; i < f->roots; i++)
    if (changed[i]) watch_tree(f, f->root[i].path);
}

static bool take_events(follower *f, bool *changed) {
  static const struct timespec now;
  struct kevent events[64];
  int count;
  bool any = false;
  while ((count = kevent(f->descriptor, NULL, 0, events, 64, &now)) > 0) {
    for (int i = 0; i < count; i++)
      take_event(f, &events[i], changed);
    any = true;
  }
  return any;
}

#else

static int open_watcher(void) {
  return -1;
}
static void watch_tree(follower *f, const char *path) {
  (void)f, (void)path;
}
static bool is_another(const follower *f, const char *path) {
  (void)f, (void)path;
  return false;
}
static bool take_events(follower *f, bool *changed) {
  (void)f, (void)changed;
  return false;
}

#endif

/* Watches roots that appeared since; true if there are any. */
static bool watch_roots(follower *f, bool *changed) {
  bool any = false;
  for (size_t i = 0; i < f->roots && !f->polls; i++) {
    root_state *r = &f->root[i];
    bool before = r->watched;
    r->watched = access(r->path, F_OK) == 0;
    if (!r->watched || (before && !is_another(f, r->path))) continue;
    watch_tree(f, r->path);
    if (changed != NULL) changed[i] = any = true;
  }
  return any;
}

/* ------------------------------------------------------------------------------------- waiting */

/* Sleeps until the system reports a change. False: a signal ended it. */
static bool sleep_for(const follower *f, int milliseconds) {
  return sleep_on(f->polls ? -1 : f->descriptor, milliseconds);
}

static bool look_at_all(follower *f, bool *changed) {
  bool any = false;
  for (size_t i = 0; i < f->roots; i++)
    if (look(&f->root[i])) changed[i] = any = true;
  return any;
}

static bool is_news(follower *f, bool *changed) {
  if (f->polls) return look_at_all(f, changed);
  bool came = watch_roots(f, changed);
  return take_events(f, changed) || came;
}

bool follow_wait(follower *f, int milliseconds, bool *changed) {
  double end = seconds_now() + milliseconds / 1000.0;
  memset(changed, 0, f->roots * sizeof *changed);
  for (;;) {
    bool any = is_news(f, changed);
    double left = (end - seconds_now()) * 1000;
    if (any) {
      sleep_for(f, SETTLE);
      is_news(f, changed);
      return true;
    }
    if (left <= 0) return false;
    int step = f->polls ? LOOK_AGAIN : 1000; /* to notice new root folders, which nothing reports */
    if (!sleep_for(f, left < step ? (int)left + 1 : step)) return false;
  }
}

/* ---------------------------------------------------------------------------- opening, closing */

follower *follow_open(const char *const *folders, size_t count, bool poll) {
  follower *f = need(calloc(1, sizeof *f));
  f->root = need(calloc(count + 1, sizeof *f->root));
  f->roots = count;
  for (size_t i = 0; i < count; i++)
    f->root[i].path = copy_text(folders[i]);
  f->descriptor = poll ? -1 : open_watcher();
  if (f->descriptor < 0)
    give_up(f);
  else
    watch_roots(f, NULL);
  return f;
}

void follow_close(follower *f) {
  if (f == NULL) return;
  stop_watching(f);
  for (size_t i = 0; i < f->roots; i++)
    free(f->root[i].path);
  free(f->watch);
  free(f->root);
  free(f);
}
