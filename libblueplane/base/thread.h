/* base/thread.h: the few thread functions the library needs. The only user of POSIX threads or
 * their Windows counterpart. */
#ifndef BPI_BASE_THREAD_H
#define BPI_BASE_THREAD_H

#include <stdbool.h>

typedef struct mutex mutex;
typedef struct thread thread;

mutex *bpi_mutex_new(void); /* not recursive; NULL when out of memory */
void bpi_mutex_free(mutex *m);
void bpi_mutex_lock(mutex *m);
bool bpi_mutex_try_lock(mutex *m); /* false: already locked */
void bpi_mutex_unlock(mutex *m);

thread *bpi_thread_start(void (*run)(void *), void *argument); /* NULL on failure */
void bpi_thread_join(thread *t);                               /* also frees it */
void bpi_sleep_ms(unsigned milliseconds);
unsigned long bpi_process_id(void);

#endif
