/* Mutex, threads, sleep and process id. Without its lock the counter would lose steps, and the
 * thread sanitizer would report it. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <blueplane/blueplane.h>

#include "base/mem.h"
#include "base/thread.h"
#include "run_suite.h"

#define THREADS 4
#define STEPS 50000

typedef struct counter {
  mutex *lock;
  long value;
} counter;

static void count(void *argument) {
  counter *c = argument;
  for (int i = 0; i < STEPS; i++) {
    bpi_mutex_lock(c->lock);
    c->value++;
    bpi_mutex_unlock(c->lock);
  }
}

START_TEST(no_step_is_lost) {
  counter c = {bpi_mutex_new(), 0};
  thread *threads[THREADS];
  ck_assert_ptr_nonnull(c.lock);
  for (int i = 0; i < THREADS; i++) {
    threads[i] = bpi_thread_start(count, &c);
    ck_assert_ptr_nonnull(threads[i]);
  }
  for (int i = 0; i < THREADS; i++)
    bpi_thread_join(threads[i]);
  ck_assert_int_eq(c.value, (long)THREADS * STEPS);
  bpi_mutex_free(c.lock);
}
END_TEST

#ifndef _WIN32

static void note_signals(void *argument) {
  pthread_sigmask(SIG_BLOCK, NULL, argument);
}

/* Signals are handled on the host's threads, and the host's own mask is unchanged. */
START_TEST(threads_take_no_signals) {
  sigset_t before, after, inside;
  sigemptyset(&inside);
  pthread_sigmask(SIG_BLOCK, NULL, &before);
  bpi_thread_join(bpi_thread_start(note_signals, &inside));
  pthread_sigmask(SIG_BLOCK, NULL, &after);
  const int blocked[] = {SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGCHLD, SIGHUP};
  for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++) {
    ck_assert_int_eq(sigismember(&inside, blocked[i]), 1);
    ck_assert_int_eq(sigismember(&before, blocked[i]), sigismember(&after, blocked[i]));
  }
  ck_assert_int_eq(sigismember(&inside, SIGSEGV), 0);
}
END_TEST

#endif

START_TEST(memory_may_be_missing) {
  counter c = {NULL, 0};
  bpi_mem_fail_after(0);
  mutex *m = bpi_mutex_new();
  thread *t = bpi_thread_start(count, &c);
  bpi_mem_fail_after(-1);
  ck_assert_ptr_null(m);
  ck_assert_ptr_null(t);
  bpi_mutex_free(NULL);
  bpi_thread_join(NULL);
}
END_TEST

#ifndef _WIN32

static volatile sig_atomic_t woken;

static void wake(int number) {
  (void)number;
  woken = 1;
}

static void send_signal(void *sleeper) {
  bpi_sleep_ms(20);
  pthread_kill(*(pthread_t *)sleeper, SIGALRM);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A signal meanwhile does not shorten it. */
START_TEST(sleep_lasts) {
  struct sigaction action = {.sa_handler = wake}, old;
  sigaction(SIGALRM, &action, &old);
  pthread_t self = pthread_self();
  double from = seconds();
  thread *t = bpi_thread_start(send_signal, &self);
  bpi_sleep_ms(120);
  ck_assert(seconds() - from >= 0.1199);
  bpi_thread_join(t);
  ck_assert(woken);
  sigaction(SIGALRM, &old, NULL);
}
END_TEST

#endif

START_TEST(process) {
  ck_assert_uint_eq(bpi_process_id(), (unsigned long)getpid());
}
END_TEST

int main(void) {
  Suite *suite = suite_create("thread");
  TCase *tests = tcase_create("thread");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, no_step_is_lost);
#ifndef _WIN32 /* it has no signals between threads */
  tcase_add_test(tests, threads_take_no_signals);
  tcase_add_test(tests, sleep_lasts);
#endif
  tcase_add_test(tests, memory_may_be_missing);
  tcase_add_test(tests, process);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
