/* blueplane.h: the contract of libblueplane. What is not in this file is not interface.
 *
 * libblueplane reads the records that AI coding assistants leave on a developer's machine, keeps
 * facts and never content, and answers metric queries.
 *
 * Rules that hold for every function:
 *
 *   Objects     bp_store, bp_query, bp_result and bp_error are opaque. Every free accepts NULL.
 *   Ownership   The caller frees what a `**out` parameter receives. A returned pointer belongs to
 *               the object named in the comment and is valid as long as that object. On failure
 *               *out is NULL. Results own their memory: a result outlives its store.
 *   Order       `**out`, the object, arguments, lent structs, and last `bp_error **`, which may be
 *               NULL.
 *   Errors      Fallible functions return BP_OK (0) or a negative BP_ERR_ code. There is no hidden
 *               last error. bp_error_detail() returns details; nobody needs to parse messages.
 *               Besides the errors listed for it, any call may fail with INVALID (an argument),
 *               NOMEM or INTERNAL, and any call on a store with IO, CORRUPT, CANCELLED or LIMIT
 *               (docs/limits.md). A call that writes, or any on an organisation's store, may fail
 *               with BUSY; a call with a lent struct may fail with ABI.
 *   Structs     A lent struct begins with its own size. Zero means default everywhere. Members are
 *               only ever added at the end. A non-zero byte beyond what this library knows is
 *               refused with BP_ERR_ABI, as is a size that never existed.
 *   Time        int64_t microseconds since 1970-01-01 UTC; ranges are half open, [from, until).
 *               Zones have IANA names; "UTC" always works, an unknown zone is BP_ERR_NOTFOUND.
 *   Text        UTF-8, NUL-terminated unless its length is passed with it.
 *   Threads     Different stores are independent. A store may be used from any thread: its handle
 *               locks. bp_cancel() may be called from any thread at any time. A bp_query may be
 *               used by one thread at a time. Results are immutable and may be read by many threads.
 *   Callbacks   receive their `user` pointer first, must not unwind (longjmp, exceptions) and must
 *               not call into the same store, except bp_cancel().
 *   Manners     No sockets, signals, environment variables (SQLite looks up two, docs/threading.md),
 *               locale, printing or process-wide settings; threads only if the caller asks for
 *               them.
 *   Content     The text of prompts, code, commands or messages is never stored, logged or returned.
 */
#ifndef BLUEPLANE_BLUEPLANE_H
#define BLUEPLANE_BLUEPLANE_H

#include <stddef.h>
#include <stdint.h>

#include <blueplane/version.h>

#ifndef BP_API
#if defined(_WIN32) && defined(BP_SHARED)
#define BP_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define BP_API __attribute__((visibility("default")))
#else
#define BP_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowArrayStream; /* blueplane/arrow.h */

typedef struct bp_store bp_store;
typedef struct bp_query bp_query;
typedef struct bp_result bp_result;
typedef struct bp_error bp_error;

/* ------------------------------------------------------------------------------------ errors */

enum {
  BP_OK = 0,
  BP_ERR_INVALID = -1,     /* an argument is wrong; nothing was done */
  BP_ERR_NOMEM = -2,       /* out of memory; nothing was lost */
  BP_ERR_IO = -3,          /* the operating system refused a read or write */
  BP_ERR_BUSY = -4,        /* another process holds the store; try again */
  BP_ERR_NOTFOUND = -5,    /* an unknown name: file, source, metric, dimension, topic, zone */
  BP_ERR_FORMAT = -6,      /* a document given to the library is malformed */
  BP_ERR_UNSUPPORTED = -7, /* well formed, but this build or this metric cannot do it */
  BP_ERR_DENIED = -8,      /* the handle's access does not allow it */
  BP_ERR_CONSENT = -9,     /* the person has not consented, or no longer does */
  BP_ERR_READONLY = -10,   /* a write through a read-only handle or to a read-only file */
  BP_ERR_CORRUPT = -11,    /* the store file is damaged, or is not a store */
  BP_ERR_SCHEMA = -12,     /* the store was written by a newer library */
  BP_ERR_ABI = -13,        /* a lent struct that this library does not know: see Structs */
  BP_ERR_CANCELLED = -14,  /* bp_cancel() or a callback asked to stop; what was done is kept */
  BP_ERR_LIMIT = -15,      /* a documented limit was reached */
  BP_ERR_INTERNAL = -16    /* a defect of the library; please report it */
};

/* ------------------------------------------------------------------------------------ values */

enum { BP_TYPE_BOOL = 1, BP_TYPE_INT = 2, BP_TYPE_REAL = 3, BP_TYPE_TEXT = 4, BP_TYPE_TIME = 5 };

/* The state of a cell says why a value is missing. */
enum {
  BP_CELL_VALUE = 0,    /* there is a value */
  BP_CELL_EMPTY = 1,    /* truly nothing: a ratio of nothing, a name that is unknown */
  BP_CELL_WITHHELD = 2, /* privacy */
  BP_CELL_UNCOVERED = 3 /* no source that saw this activity records this */
};
/* bp_result_cell() may add these to the state. */
enum {
  BP_CELL_STATE = 0xff,        /* mask of the state */
  BP_CELL_LOWER_BOUND = 1 << 8 /* the true number is at least this: see docs/metrics.md */
};

enum {
  BP_ACCESS_NONE = 0,
  BP_ACCESS_OWNER = 1,
  BP_ACCESS_LEAD = 2,
  BP_ACCESS_MANAGER = 3,
  BP_ACCESS_DEVOPS = 4,
  BP_ACCESS_RESEARCH = 5,
  BP_ACCESS_STEWARD = 6
};

enum { BP_LOG_ERROR = 1, BP_LOG_WARN = 2, BP_LOG_INFO = 3, BP_LOG_DEBUG = 4 };

enum {
  BP_OPEN_READONLY = 1 << 0, /* never write to the store, which must exist; reading it may leave its
                                empty log and the log's index (-wal, -shm) beside it */
  BP_OPEN_MEMORY = 1 << 1    /* a private store in memory; `path` is ignored and may be NULL */
};
enum {
  BP_INGEST_RESTART = 1 << 0, /* read from the beginning, whatever was read before */
  BP_INGEST_DRY_RUN = 1 << 1  /* count everything, store nothing */
};

/* ------------------------------------------------------------------------------ lent structs */

/* A log line is four integers, so that no text can leak through it. docs/errors.md describes
 * `code`, `a` and `b`. */
typedef void (*bp_log_fn)(void *user, int level, int code, int64_t a, int64_t b);

typedef struct bp_open_options {
  uint32_t struct_size;
  uint32_t flags;       /* BP_OPEN_ */
  uint32_t access;      /* BP_ACCESS_; zero gives the least */
  uint32_t log_level;   /* BP_LOG_; zero is silent */
  const char *scope;    /* steward: "team" (NULL) or "organisation", the kind of store to create if
                           there is none; lead: the team, as with bp_narrow */
  const char *key_path; /* file with the store's 32 secret bytes; NULL: the store's path + ".key".
                           For a release: the invitation of the team store that must have signed it */
  bp_log_fn log;
  void *log_user;
  int64_t (*clock)(void *clock_user); /* replaces the clock that resolves "today"; NULL: the
                                         system's. Clamped to the years 1970 to 9999 */
  void *clock_user;
} bp_open_options;
#define BP_OPEN_OPTIONS_INIT                                                                       \
  { sizeof(bp_open_options), 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL }

typedef struct bp_progress {
  uint32_t struct_size;
  uint32_t phase; /* 0 looking for files, 1 reading, 2 storing */
  uint64_t files_done, files_total, bytes_done, bytes_total;
} bp_progress;
/* Return non-zero to stop: the call stores what is complete and returns BP_ERR_CANCELLED. It is
 * called on the calling thread only, and repeatedly while that thread waits for another process. */
typedef int (*bp_progress_fn)(void *user, const bp_progress *progress);

typedef struct bp_ingest_options {
  uint32_t struct_size;
  uint32_t flags;    /* BP_INGEST_ */
  uint32_t threads;  /* scanning threads; 0 or 1: only the caller's; at most 64 */
  uint32_t reserved; /* 0 */
  bp_progress_fn progress;
  void *progress_user;
} bp_ingest_options;
#define BP_INGEST_OPTIONS_INIT                                                                     \
  { sizeof(bp_ingest_options), 0, 0, 0, NULL, NULL }

/* What an ingest did. Filled in whether or not the call succeeds. */
typedef struct bp_ingest_report {
  uint32_t struct_size;
  uint32_t flags;         /* 0 */
  uint64_t files_seen;    /* candidate files found */
  uint64_t files_changed; /* of these, read because they were new or had changed */
  uint64_t files_failed;  /* of these, unreadable; bp_inspect "rejects" names them by position */
  uint64_t bytes_read;
  uint64_t bytes_pending;     /* an unfinished last record, which waits for the rest of its line */
  uint64_t records_read;      /* JSON values or rows examined */
  uint64_t records_stored;    /* facts that were new */
  uint64_t records_updated;   /* facts that were completed or corrected */
  uint64_t records_duplicate; /* records of known facts; a tool's use and result are one */
  uint64_t records_rejected;  /* records that break their format; bp_inspect "rejects" */
  uint64_t records_undated;   /* facts without a usable time */
  uint64_t fields_dropped;    /* malformed names and fields beyond a bound, each time one is read */
  uint64_t records_erased;    /* facts and names of sessions that bp_erase erased before */
} bp_ingest_report;
#define BP_INGEST_REPORT_INIT                                                                      \
  { sizeof(bp_ingest_report), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* -------------------------------------------------------------------------------------- base */

/* The linked library's version, major << 16 | minor << 8 | patch. Thread-safe. Since 0.1. */
BP_API uint32_t bp_version(void);

/* The linked library's version as text, "0.1.0". Static. Thread-safe. Since 0.1. */
BP_API const char *bp_version_string(void);

/* Returns 1 if the linked library has a feature, else 0: "source:NAME", "format:NAME", "threads",
 * "access:NAME". Thread-safe. Since 0.1. */
BP_API int bp_feature(const char *name);

/* A short English sentence for a code, never NULL. Static. Thread-safe. Since 0.1. */
BP_API const char *bp_strerror(int code);

/* How many seconds the clocks of a zone (NULL: UTC) are ahead of UTC at an instant, by the rules that
 * decide the days of answers. The offset holds at least from *from_us until *until_us, which are
 * INT64_MIN and INT64_MAX if it always holds; both pointers may be NULL. Reads the zone's file on
 * each call. Errors: NOTFOUND (the zone), IO, NOMEM, INVALID. Thread-safe. Since 0.1. */
BP_API int bp_zone_offset(int32_t *seconds, int64_t *from_us, int64_t *until_us, const char *zone,
                          int64_t us, bp_error **error);

/* The code and message of an error; BP_OK and "" for NULL. The message belongs to the error. Since 0.1. */
BP_API int bp_error_code(const bp_error *error);
BP_API const char *bp_error_message(const bp_error *error);

/* A detail by key, or NULL: "path", "byte", "metric", "dimension", "allowed", "name", "hint",
 * "zone", "topic", "reason", "status"; for the terms of a team "minimum", "roster"; for merging
 * "withdrawn". The text belongs to the error. Since 0.1. */
BP_API const char *bp_error_detail(const bp_error *error, const char *key);

/* Frees an error and all text that belongs to it. Since 0.1. */
BP_API void bp_error_free(bp_error *error);

/* Frees memory that this library returned through a `char **` or `void **`. Since 0.1. */
BP_API void bp_free(void *memory);

/* ------------------------------------------------------------------------------------- store */

/* Opens the store at `path`. If it is missing and the handle may write, the store and its key file
 * are created, with mode 0600. `options` may be NULL, which gives the least access. An owner creates
 * and opens a personal store, a steward a team's or an organisation's store; the other accesses open
 * what is published.
 * Errors: INVALID, NOMEM, IO, BUSY, NOTFOUND (the store, if it may not be created; its folder; its key
 * file; the invitation), FORMAT (the key file; a release; the invitation), CORRUPT (not a store), SCHEMA
 * (newer than this library), READONLY (an empty file that may not become a store; a folder where the
 * log's index cannot be), DENIED (this access does not open this kind of store; of a release "signature",
 * "untrusted"), LIMIT, UNSUPPORTED (an unknown scope), ABI. Thread-safe. Since 0.1. */
BP_API int bp_open(bp_store **out, const char *path, const bp_open_options *options,
                   bp_error **error);

/* Closes a store. Results made from it stay valid. No other thread may be using it. Since 0.1. */
BP_API void bp_close(bp_store *store);

/* Asks the call that is running on a store to stop soon with BP_ERR_CANCELLED. If no call is running,
 * it does nothing. May be called from any thread. Since 0.1. */
BP_API void bp_cancel(bp_store *store);

/* Narrows for good what a handle may do. `access` must allow nothing that the present access does not
 * (bp_catalog "access" returns the whole table). `scope` names the team of a lead, NULL keeps the
 * present scope; once set, a scope stays. From then on the connection only reads, unless the access
 * is owner or steward.
 * Errors: INVALID (no such access), DENIED (not narrower), UNSUPPORTED (no such scope), LIMIT, NOMEM.
 * Thread-safe. Since 0.1. */
BP_API int bp_narrow(bp_store *store, uint32_t access, const char *scope, bp_error **error);

/* Configures a store, or its handle, with a versioned JSON document. Topics:
 *   "prices"   a price table that replaces the built-in one for this handle (docs/formats/prices.md)
 *   "assumptions"  what some metrics assume, for this handle (docs/formats/assumptions.md)
 *   "benchmark"  references that a manager compares a release's metrics with, for this handle
 *              (docs/formats/benchmark.md)
 *   "retention" {"version":1} with "events_days" (400), "releases_days" (1095), "audit_days" (90):
 *              how long things are kept; null: for ever. bp_erase {"expired":true} enforces it
 *   "labels"   {"version":1,"keep":true|false}: whether the names of folders, branches, tools and
 *              commands are kept from now on; models, platforms and versions always are
 *   "roster"   in a team's store: the people, teams, projects and seats (docs/formats/roster.md), which
 *              are signed and become the next version; in a personal store: the signed roster that was
 *              received. bp_inspect "rosters" returns the documents, "roster" what changed
 *   "invitation"  in a personal store: the team store to share with (docs/teams.md); compare its key.
 *              If it is not the one joined before, all consent given by bp_consent_set is taken back
 *   "sharing"  {"version":1,"minimum":5}: how many active people a team must have at least for this
 *              person to share with it; or "roster": the version of a roster with worse terms (a lower
 *              minimum, a longer grace) under which this person shares from now on
 *   "trust"    in an organisation's store: {"version":1,"stores":["..."]}, the keys of the team stores
 *              whose releases it accepts
 * Errors: NOTFOUND (topic; a metric of "benchmark"; "not_joined", "no_roster"), FORMAT, UNSUPPORTED
 * (prices, assumptions or a benchmark of another version; another threshold of prices), DENIED, READONLY;
 * for the documents of a team with detail "reason". Since 0.1. */
BP_API int bp_configure(bp_store *store, const char *topic, const char *json, size_t length,
                        bp_error **error);

/* -------------------------------------------------------------------------------- catalogue */

/* What the library knows, as a result: "metrics", "dimensions", "releases" (their metrics), "reports",
 * "insights" (their kinds), "sources", "formats", "errors", "rejects" (reasons), "words" (how people
 * write the values of dimensions), "topics", "access" (who may ask what).
 * Errors: NOTFOUND. Thread-safe. Since 0.1. */
BP_API int bp_catalog(bp_result **out, const char *topic, bp_error **error);

/* Facts about a store: "health", "integrity" (slow), "sources", "files", "rejects", "coverage",
 * "prices", "unpriced", "labels", "sessions", "stored", "outgoing", "consent", "audit", "retention";
 * for sharing "identity", "invitation", "roster", "rosters", "sharing", "shared", "contributions",
 * "published". bp_catalog "topics" describes the columns of each.
 * Errors: NOTFOUND (topic; "no_roster"; the key file), DENIED. Since 0.1. */
BP_API int bp_inspect(bp_result **out, bp_store *store, const char *topic, bp_error **error);

/* ------------------------------------------------------------------------------------ ingest */

/* Ingesting is idempotent: the same records give the same facts, in any order, divided anywhere, any
 * number of times. A bad record is counted with its place and reason, and never stops the call.
 *
 * `source` is a name from bp_catalog "sources", or NULL to recognise it from the first bytes.
 * `options` and `report` may be NULL.
 * Errors of all three: NOTFOUND (source, path), INVALID (not a regular file; the store itself),
 * UNSUPPORTED (not recognised), LIMIT (threads), DENIED, READONLY, IO (disk full, unreadable file or
 * root), BUSY, CANCELLED, NOMEM. Whatever the error, records and the position they came from are stored
 * together or not at all. Since 0.1. */

/* Ingests bytes from memory. `origin` names where they come from, such as "session 7 of my tool"; it
 * is kept only as a keyed hash, to tell rejects apart. If the last line has no newline, its complete
 * values are ingested; the incomplete rest is counted in `bytes_pending` and must be passed again once
 * it is complete. Pieces of one origin are assumed to follow each other. If the lines of a source depend
 * on those before them (codex), pass all of them each time. */
BP_API int bp_ingest_bytes(bp_store *store, const char *source, const char *origin,
                           const void *data, size_t length, const bp_ingest_options *options,
                           bp_ingest_report *report, bp_error **error);

/* Ingests one file, from where the last call stopped. */
BP_API int bp_ingest_file(bp_store *store, const char *source, const char *path,
                          const bp_ingest_options *options, bp_ingest_report *report,
                          bp_error **error);

/* Ingests every file of a source below `root`, or of all known sources if `source` is NULL. Symbolic
 * links below it are not followed. Files that have not changed are not opened. Facts of files that no
 * longer exist stay: nothing is lost when an assistant cleans up. */
BP_API int bp_ingest_scan(bp_store *store, const char *source, const char *root,
                          const bp_ingest_options *options, bp_ingest_report *report,
                          bp_error **error);

/* What an ingest of `root` would have to read: a row for each source that has files there, with the
 * number of its files ("files"), how many of them are new or changed ("pending_files"), the bytes to
 * be read of these ("pending_bytes"), and how long ago the oldest of these changes was ("pending_age",
 * microseconds; empty if there is none). Opens no file and names none. Open to operators, too.
 * Errors: NOTFOUND (source, root; the key file), IO (unreadable root), DENIED, CANCELLED, NOMEM.
 * Since 0.1. */
BP_API int bp_ingest_pending(bp_result **out, bp_store *store, const char *source, const char *root,
                             bp_error **error);

/* ------------------------------------------------------------------------------------- query */

/* A query names metrics, a range, dimensions to group by, filters and a baseline. It is checked
 * when it runs. The builder functions fail only with INVALID, LIMIT or NOMEM, and bp_query_run reports
 * the first such failure. A query may be run many times, on many stores. Since 0.1. */
BP_API int bp_query_new(bp_query **out, bp_error **error);

/* Makes a query of its JSON form (docs/formats/query.md). Errors: FORMAT ("byte" if it is not
 * JSON; of a wrong member "name"), LIMIT, NOMEM. */
BP_API int bp_query_from_json(bp_query **out, const char *json, size_t length, bp_error **error);

/* Adds a metric by id or alias ("cost", "M023"). A report of bp_catalog "reports" ("insights",
 * "comparison") must be added first, and makes the result a table of its own kind; metrics added after
 * it say what it is about. */
BP_API int bp_query_metric(bp_query *query, const char *metric);

/* Sets the range by instants. `zone` decides civil days, NULL is UTC. Both ends must fall on a quarter
 * of an hour, as days do in all zones; INT64_MIN and INT64_MAX leave an end open. */
BP_API int bp_query_range(bp_query *query, int64_t from_us, int64_t until_us, const char *zone);

/* Sets the range by name, resolved by the store's clock when the query runs: "today", "yesterday",
 * "week", "month", "quarter", "year" (so far), "last_week", "last_month", "Nd" (N days including
 * today), "YYYY-MM-DD", "YYYY-MM-DD/YYYY-MM-DD" (second day included), "YYYY-MM", "YYYY-Qn",
 * "YYYY-Www" (a whole month, quarter, ISO week), "all". */
BP_API int bp_query_period(bp_query *query, const char *period, const char *zone);

/* Groups by a dimension; at most 4. */
BP_API int bp_query_by(bp_query *query, const char *dimension);

/* Adds a filter; `op` is "=" or "!=". Several filters must all match. */
BP_API int bp_query_where(bp_query *query, const char *dimension, const char *op,
                          const char *value);

/* Adds to each metric its baseline, difference and relative difference: "previous" (the period of the
 * same length before), "year" (the same dates a year ago), "average" or "trailing_4w", and
 * "trailing_12w" (one's own average per active unit of the same length over the 28 or 84 days
 * before), a period by name as in bp_query_period except "all", or NULL for none. */
BP_API int bp_query_compare(bp_query *query, const char *baseline);

/* Sets an option: "week_start" (monday, sunday), "order" ("-cost" or "time.day"), "limit" (rows). */
BP_API int bp_query_set(bp_query *query, const char *key, const char *value);

/* Writes the canonical JSON form: the same query always gives the same bytes. Errors: the first failure
 * of the builder, LIMIT, NOMEM. Free the text with bp_free(). */
BP_API int bp_query_to_json(char **out, size_t *length, const bp_query *query, bp_error **error);

/* Runs a query on a store. Errors: NOTFOUND (metric, dimension, zone, a value outside a closed list),
 * UNSUPPORTED (this metric does not take this dimension; "allowed" lists those it takes; what no release
 * holds), INVALID, LIMIT (rows), DENIED, BUSY, CANCELLED, NOMEM. */
BP_API int bp_query_run(bp_result **out, bp_store *store, const bp_query *query, bp_error **error);

/* Frees a query; results that it was run for stay valid. Since 0.1. */
BP_API void bp_query_free(bp_query *query);

/* ------------------------------------------------------------------------------------ result */

/* A result is an immutable table with typed columns. Access out of bounds returns 0, 0.0, NULL or
 * BP_CELL_EMPTY. Pointers belong to the result. Since 0.1. */
BP_API size_t bp_result_rows(const bp_result *result);
BP_API size_t bp_result_columns(const bp_result *result);
BP_API int bp_result_type(const bp_result *result, size_t column);

/* A property of a column by key, or NULL: "name", "title", "role" (dimension, metric,
 * companion, baseline, difference, relative), "of" (the metric a companion belongs to), "unit",
 * "definition", "estimate" ("true" for list prices). */
BP_API const char *bp_result_column(const bp_result *result, size_t column, const char *key);

/* A property of the whole result by key, or NULL: "schema", "topic", "from", "until", "zone",
 * "period", "baseline", "baseline_from", "baseline_until", "coverage", "lower_bound", "prices",
 * "prices_date", "prices_source", "assumptions", "notes", "status". */
BP_API const char *bp_result_meta(const bp_result *result, const char *key);

/* The state of a cell: BP_CELL_, possibly with BP_CELL_LOWER_BOUND. */
BP_API int bp_result_cell(const bp_result *result, size_t row, size_t column);

/* The value of a cell: bp_result_int for BOOL, INT and TIME, bp_result_real for REAL and INT,
 * bp_result_text for TEXT (`length` may be NULL). */
BP_API int64_t bp_result_int(const bp_result *result, size_t row, size_t column);
BP_API double bp_result_real(const bp_result *result, size_t row, size_t column);
BP_API const char *bp_result_text(const bp_result *result, size_t row, size_t column,
                                  size_t *length);

/* Writes a result as text: "json", "ndjson", "csv", "markdown", "html" or "table", with options after
 * a colon, as in "table:width=100,color,ascii,titles,compact" (docs/formats/result.md). Free the text
 * with bp_free(). Errors: NOTFOUND (format or option; "allowed" lists those there are), INVALID, LIMIT,
 * NOMEM. */
BP_API int bp_result_format(char **out, size_t *length, const bp_result *result, const char *format,
                            bp_error **error);

/* Exports a result as an Arrow C stream of one record batch. The stream shares the result's memory and
 * keeps it alive after bp_result_free(). Errors: NOMEM. */
BP_API int bp_result_arrow(struct ArrowArrayStream *out, bp_result *result, bp_error **error);

/* Frees a result and all text that belongs to it; streams made from it stay valid. Since 0.1. */
BP_API void bp_result_free(bp_result *result);

/* ----------------------------------------------------------------------------------- privacy */

/* Shows field by field what would be kept, hashed, counted or dropped of an input, and by which rule.
 * Nothing is stored, and the result holds paths and rules, never values.
 * Errors: NOTFOUND (source), UNSUPPORTED (not recognised), FORMAT (not a database), DENIED,
 * CANCELLED, NOMEM. Since 0.1. */
BP_API int bp_privacy_preview(bp_result **out, bp_store *store, const char *source,
                              const void *data, size_t length, bp_error **error);

/* Records that an audience may, or may no longer, see this person's own numbers of a family of metrics.
 * `purpose` is a family of bp_catalog "metrics"; `audience` an access that may see individuals: "lead".
 * A grant begins now and ends at `expires_us`, at most 180 days ahead. It is judged by the latest time
 * the store has ever seen, so that turning the clock back revives nothing. Weeks that began before the
 * grant are not shown; a grant made before the last one ends prolongs it. With `granted` 0 consent is
 * taken back for all weeks, and `expires_us` is ignored: this is in force at the next call of every
 * handle, and the next bundle tells the team's store. bp_inspect "consent" lists every such decision.
 * Errors: NOTFOUND (purpose), UNSUPPORTED (audience), INVALID, DENIED, READONLY, BUSY. Since 0.1. */
BP_API int bp_consent_set(bp_store *store, const char *purpose, const char *audience, int granted,
                          int64_t expires_us, bp_error **error);

/* Erases for good: facts, the sums made of them, names that nothing refers to any more, and the bytes
 * that are left in the store's files. Erased facts do not come back when the files they came from are
 * read again; what happens later is recorded as before. `selector_json`:
 *   {"version":1, ...}  with "session" (its first 4 to 32 hex digits), "workspace" (a name),
 *                       "source", "from_us", "until_us": what meets all of them
 *   {"version":1,"everything":true}  all facts, all decisions about consent, and the record of what was
 *                                    asked
 *   {"version":1,"expired":true}     what is older than bp_configure "retention" allows. In a team's or an
 *                                    organisation's store, for its steward: releases, and in a team's also
 *                                    what its leads could see by consent that has ended
 * In a team's store, for its steward:
 *   {"version":1,"subject":"ada"}         a member's contributions to weeks that are not published yet,
 *                                         what the member said about consent, and what is kept of the
 *                                         member for the lead; merging the same bundles again brings
 *                                         none of it back
 *   {"version":1,"published":"2026-W07"}  what was published of a week, which is never computed again
 * The result is a receipt: what was erased, how many identifiers (in a team's store: rows) were then
 * searched for in how many bytes of the database, its log and its index, and that none was found.
 * Errors: FORMAT, NOTFOUND (source, workspace, session; a member or a week of which nothing is stored),
 * INVALID (session: ambiguous, or not such digits; not a week), DENIED, READONLY, IO, BUSY, NOMEM. BUSY
 * with the detail "status" = "pending" means that the rows are gone, but
 * a reader still holds the old state, so that their bytes remain until the store is next opened for
 * writing. CORRUPT with the detail "hint" means that the store was damaged and traces remain: erase
 * again; without it, nothing was erased. BP_OK means that the bytes are gone, too. Since 0.1. */
BP_API int bp_erase(bp_result **out, bp_store *store, const char *selector_json, size_t length,
                    bp_error **error);

/* ----------------------------------------------------------------------------------- sharing */

/* How a team gets numbers without anyone seeing an individual's (docs/teams.md): a person's store makes
 * a bundle of a week, sealed for the team's store. The steward's store merges the bundles and, once the
 * week is closed, publishes it as a signed release and deletes what it was made from. A window is an
 * ISO week in UTC, "2026-W07"; it can be shared from its end until it closes, three days later unless
 * the roster says otherwise.
 *
 * A refusal is BP_ERR_DENIED, BP_ERR_CONSENT, BP_ERR_FORMAT, BP_ERR_LIMIT or BP_ERR_NOTFOUND with detail
 * "reason", a word of the table in docs/errors.md. A refused document has changed nothing, with two
 * exceptions: two bundles of one revision that differ are both refused, whichever came first; and what
 * a member's device says about consent is accepted even if its sums are refused. */

/* Makes a bundle for the team store this person has joined. For audience "team" (or NULL) it holds the
 * sums of a week as in docs/formats/bundle.md, the person's consent to be seen individually
 * (bp_consent_set), and nothing else. It is entered in the ledger (bp_inspect "shared"): a week goes to
 * one store only. Exporting a week again gives the same content under the same revision, or the next
 * revision if facts or decisions about consent were added since. For audience "lead", with `window`
 * NULL, it holds the person's present consent and no sums, so that consent can be taken back without
 * waiting for the next week. Free the bundle with bp_free().
 * Errors: INVALID (not a week; a week for "lead"), NOTFOUND (audience; "not_joined"; "no_roster"),
 * DENIED ("not_over", "closed", "unknown_device", "revoked_member", "elsewhere"), CONSENT
 * ("terms"; "too_few": the team has fewer active people than this person wants), READONLY, BUSY, NOMEM.
 * Since 0.1. */
BP_API int bp_share_export(void **out, size_t *length, bp_store *store, const char *audience,
                           const char *window, bp_error **error);

/* Says what a received file is: for a sealed bundle, which store it is for, as only that store can open
 * it; for a release, a signed roster or an invitation, what it says, provided its signature is valid. One
 * row for each fact: "name", "value". Whether the right store signed it is for the caller to compare.
 * Errors: FORMAT, DENIED ("signature"), LIMIT, NOMEM. Thread-safe. Since 0.1. */
BP_API int bp_share_describe(bp_result **out, const void *bundle, size_t length, bp_error **error);

/* Merges a bundle into a team's store, or a release into an organisation's. Merging is idempotent and
 * order does not matter. One row: "kind" (contribution, consent, release), "window", "from", "revision",
 * "cells", "outcome" (added, replaced, known). For a bundle also "consent", what became of the words on
 * consent in it (heard; known; late: later ones are here; conflict: two with the same count, so that
 * nothing is agreed to until the next; erased: they were erased by bp_erase, so that nothing is agreed
 * to until the next), and "withdrawn", how many numbers the leads may no longer see: write their files
 * again with bp_publish_lead. Metadata "status" is "pending" while a reader keeps the bytes of these
 * numbers, else "erased". Words on consent are heard in any bundle that a member's device signed, even
 * if its sums are refused; the error then has the detail "withdrawn", if any numbers are.
 * Errors: FORMAT ("malformed"), LIMIT ("too_large"), DENIED ("store", "seal", "signature",
 * "no_roster", "unknown_roster", "unknown_device", "revoked_member", "not_over", "closed",
 * "old_revision", "conflict", "erased"; of a release "signature", "untrusted", "not_over",
 * "old_revision", "conflict", "recomputed"; "lead_file"), READONLY, BUSY, NOMEM. Since 0.1. */
BP_API int bp_share_merge(bp_result **out, bp_store *store, const void *bundle, size_t length,
                          bp_error **error);

/* Publishes a closed week of a team's store. Its cells are kept and its contributions deleted in one
 * transaction, and the release is written to `release_path` (mode 0600; NULL: to no file). A week is
 * published only once: publishing it again writes the same file from the cells that were kept, also
 * after a crash in between. A file that already exists must be the same; if it is another, nothing is
 * published. If the file cannot be written for any other reason, the week is published all the same:
 * publish it again. One row: "window", "edition", "cells", "bytes", "outcome" (published, known),
 * "contributions" (deleted; pending while a reader holds the write-ahead log: publish again).
 * Errors: INVALID (not a week; another file exists there), NOTFOUND ("no_roster"; the folder of the
 * file), DENIED ("open": not closed yet), UNSUPPORTED (an organisation's store, which publishes
 * nothing), IO, READONLY, BUSY, NOMEM. Since 0.1. */
BP_API int bp_publish(bp_result **out, bp_store *store, const char *window,
                      const char *release_path, bp_error **error);

/* Writes the file of a team's lead for a published week (mode 0600; NULL: to no file). It holds the cells
 * of that team, and by name the numbers of its members who agreed to be seen (docs/formats/release.md).
 * It opens with BP_ACCESS_LEAD only, and has the dimension "member" besides those of a release. Who may
 * be seen was decided when the week was published; members who have since taken their consent back, and
 * consent that has ended, are left out. A file of the same team and week that this store wrote before is
 * replaced. One row: "window", "team", "edition", "cells", "members" (who are seen), "bytes".
 * Errors: INVALID (not a week; another file exists there), NOTFOUND (the team; "no_roster"; the folder
 * of the file), DENIED ("unpublished"), IO, READONLY, BUSY, NOMEM. Since 0.1. */
BP_API int bp_publish_lead(bp_result **out, bp_store *store, const char *window, const char *team,
                           const char *path, bp_error **error);

#ifdef __cplusplus
}
#endif
#endif
