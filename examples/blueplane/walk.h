/* walk.h: everything below a folder, as far as 32 folders below each other. Links are not followed. */
#ifndef WALK_H
#define WALK_H

#include "system.h"

typedef struct visit {
  void (*file)(void *user, const char *path, const file_look *found); /* NULL: nothing is done */
  void (*folder)(void *user, const char *path); /* the same; also for the first */
  void *user;
} visit;

void walk(const char *folder, const visit *v);

#endif
