/* follow.h: waits for changes below folders: by inotify on Linux, by kqueue where it exists,
 * otherwise or if these fail by polling. Knows files, not their content. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

typedef struct follower follower;

/* Folders that do not exist yet are checked again at each wait. `poll`: only by polling. */
follower *follow_open(const char *const *folders, size_t count, bool poll);
/* Waits until something changes, at most `milliseconds`. Sets changed[i] for each folder with a
 * change below it; changes that follow within moments are included. A signal ends the wait early.
 * Returns whether anything changed. */
bool follow_wait(follower *f, int milliseconds, bool *changed);
void follow_close(follower *f);

#endif
