/* follow.h: waits until something changes below folders: by inotify on Linux, by kqueue where there is
 * one, else, and where these refuse, by looking again. Knows files; knows nothing of what is in them. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

typedef struct follower follower;

/* Folders that do not exist yet are looked for again at each wait. `poll`: by looking only. */
follower *follow_open(const char *const *folders, size_t count, bool poll);
/* Waits until something changed, or for so many milliseconds. changed[i] is set for each folder below
 * which something did; what came with it in the next moments is waited for, too. A signal ends it early. */
bool follow_wait(follower *f, int milliseconds, bool *changed);
void follow_close(follower *f);

#endif
