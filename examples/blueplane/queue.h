/* queue.h: the number of waiting entries in a Redis stream, through hiredis. Without hiredis, it
 * reports that. */
#ifndef QUEUE_H
#define QUEUE_H

/* `url`: redis://HOST[:PORT]/STREAM counts all entries of the stream; with ?group=NAME those that
 * the group has not acknowledged. Returns an exit code; prints errors. */
int read_queue(double *entries, const char *url);

#endif
