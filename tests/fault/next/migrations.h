/* tests/fault/next/migrations.h: found before the library's own when store/store.c is compiled for
 * test_disk.c. Adds one migration to personal stores, as a later release may: a table derived from
 * facts, and a rebuilt index. */
#include "libblueplane/migrations.h"

static const char first_step[] = SQL_0001_FACTS;
static const char next_step[] =
    "CREATE TABLE next (fact INTEGER PRIMARY KEY, session INTEGER NOT NULL, filling BLOB NOT NULL) STRICT;"
    "INSERT INTO next SELECT id, session, zeroblob(200) FROM prompt;"
    "DROP INDEX session_tier;"
    "CREATE INDEX session_tier ON session (hi, lo, id) WHERE tier > 0;"
    "CREATE INDEX next_session ON next (session, filling);";

#undef SQL_0001_FACTS
#define SQL_0001_FACTS first_step, next_step
