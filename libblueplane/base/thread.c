/* base/thread.c: mutex, thread, sleep and process id for POSIX threads and Windows. */
#include "base/thread.h"

#include "base/mem.h"

typedef struct task {
  void (*run)(void *);
  void *argument;
} task;

#ifdef _WIN32

#include <process.h>

#include "base/win32.h"

struct mutex {
  SRWLOCK lock;
};

struct thread {
  task task;
  HANDLE handle;
};

static bool mutex_init(mutex *m) {
  InitializeSRWLock(&m->lock);
  return true;
}

static void mutex_done(mutex *m) {
  (void)m;
}

void bpi_mutex_lock(mutex *m) {
  AcquireSRWLockExclusive(&m->lock);
}

bool bpi_mutex_try_lock(mutex *m) {
  return TryAcquireSRWLockExclusive(&m->lock) != 0;
}

void bpi_mutex_unlock(mutex *m) {
  ReleaseSRWLockExclusive(&m->lock);
}

static unsigned __stdcall run_task(void *argument) {
  const task *t = argument;
  t->run(t->argument);
  return 0;
}

static bool thread_begin(thread *t) {
  t->handle = (HANDLE)_beginthreadex(NULL, 0, run_task, &t->task, 0, NULL);
  return t->handle != NULL;
}

static void thread_end(thread *t) {
  WaitForSingleObject(t->handle, INFINITE);
  CloseHandle(t->handle);
}

void bpi_sleep_ms(unsigned milliseconds) {
  Sleep(milliseconds);
}

unsigned long bpi_process_id(void) {
  return GetCurrentProcessId();
}

#else

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

struct mutex {
  pthread_mutex_t lock;
};

struct thread {
  task task;
  pthread_t handle;
};

static bool mutex_init(mutex *m) {
  return pthread_mutex_init(&m->lock, NULL) == 0;
}

static void mutex_done(mutex *m) {
  pthread_mutex_destroy(&m->lock);
}

void bpi_mutex_lock(mutex *m) {
  pthread_mutex_lock(&m->lock);
}

bool bpi_mutex_try_lock(mutex *m) {
  return pthread_mutex_trylock(&m->lock) == 0;
}

void bpi_mutex_unlock(mutex *m) {
  pthread_mutex_unlock(&m->lock);
}

static void *run_task(void *argument) {
  const task *t = argument;
  t->run(t->argument);
  return NULL;
}

/* The host's signal handlers must run on the host's threads, so ours block all signals except
 * faults, which stay with the thread that caused them. */
static bool thread_begin(thread *t) {
  sigset_t ours, callers;
  sigfillset(&ours);
  sigdelset(&ours, SIGSEGV);
  sigdelset(&ours, SIGBUS);
  sigdelset(&ours, SIGFPE);
  sigdelset(&ours, SIGILL);
  if (pthread_sigmask(SIG_SETMASK, &ours, &callers) != 0) return false;
  int failed = pthread_create(&t->handle, NULL, run_task, &t->task);
  pthread_sigmask(SIG_SETMASK, &callers, NULL);
  return failed == 0;
}

static void thread_end(thread *t) {
  pthread_join(t->handle, NULL);
}

void bpi_sleep_ms(unsigned milliseconds) {
  struct timespec rest = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000L};
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {}
}

unsigned long bpi_process_id(void) {
  return (unsigned long)getpid();
}

#endif

mutex *bpi_mutex_new(void) {
  mutex *m = bpi_alloc(sizeof *m);
  if (m && !mutex_init(m)) {
    bpi_free(m);
    return NULL;
  }
  return m;
}

void bpi_mutex_free(mutex *m) {
  if (!m) return;
  mutex_done(m);
  bpi_free(m);
}

thread *bpi_thread_start(void (*run)(void *), void *argument) {
  thread *t = bpi_alloc(sizeof *t);
  if (!t) return NULL;
  t->task = (task){run, argument};
  if (!thread_begin(t)) {
    bpi_free(t);
    return NULL;
  }
  return t;
}

void bpi_thread_join(thread *t) {
  if (!t) return;
  thread_end(t);
  bpi_free(t);
}
