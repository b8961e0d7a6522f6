/* queue.h: how much waits in a Redis stream. Knows Redis, by hiredis; nothing where the program was
 * built without it. */
#ifndef QUEUE_H
#define QUEUE_H

/* `url`: redis://HOST[:PORT]/STREAM, with ?group=NAME what that group has not acknowledged yet, else
 * all entries of the stream. Exit codes, after a complaint. */
int read_queue(double *entries, const char *url);

#endif
